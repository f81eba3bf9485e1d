import { expect, test } from "vitest";
import { inStretches, openLongWork } from "./long-work.ts";

/** Long work with a clock that moves by hand. `rests`: for how long others had the event loop, each time. */
function opened() {
  const clock = { ms: 0 };
  const rests: number[] = [];
  const rest = async (ms: number) => {
    rests.push(ms);
    clock.ms += Math.max(0, ms);
  };
  return { clock, rests, work: openLongWork(() => clock.ms, rest) };
}

test("C6: items are gone through in stretches of some milliseconds, and others have as much time in between", async () => {
  const { clock, rests, work } = opened();
  const done: number[] = [];
  const items = Array.from({ length: 24 }, (_, n) => n);
  await inStretches(work, "a", items, (n) => {
    clock.ms++;
    done.push(n);
  });
  expect(done).toEqual(items);
  // The last look finds that nothing is left.
  expect(rests).toEqual([0, 8, 8, 8]);
});

test("S1: what many ask for at once runs one stretch at a time, and accounts take turns", async () => {
  const { clock, rests, work } = opened();
  const order: string[] = [];
  const search = (account: string, stretches: number) => {
    const items = Array.from({ length: stretches }, () => account);
    return inStretches(work, account, items, (one) => {
      clock.ms += 50;
      order.push(one);
    });
  };
  await Promise.all([...Array.from({ length: 8 }, () => search("hostile", 4)), search("kind", 4), search("other", 4)]);
  // Behind each stretch of the one with many searches come the others, and nobody is passed over.
  expect(order.slice(0, 12)).toEqual(Array.from({ length: 4 }, () => ["hostile", "kind", "other"]).flat());
  expect(order).toHaveLength(40);
  expect(rests.slice(1).every((ms) => ms >= 0)).toBe(true);
  expect(rests.filter((ms) => ms === 50).length).toBeGreaterThanOrEqual(39);
});

test("S1: an account has a few places, the others have theirs, and each is free again", () => {
  const { work } = opened();
  const places = Array.from({ length: 20 }, () => work.enter("a"));
  expect(places.filter((leave) => leave !== null)).toHaveLength(8);
  expect(work.enter("b")).not.toBeNull();
  for (const leave of places) leave?.();
  expect(work.enter("a")).not.toBeNull();
});

test("what a stretch throws reaches who asked, and the next one runs", async () => {
  const { work } = opened();
  const broken = work.stretch("a", () => {
    throw new Error("broken");
  });
  await expect(broken).rejects.toThrow("broken");
  expect(await work.stretch("a", () => 7)).toBe(7);
});
