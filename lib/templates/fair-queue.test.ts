import { expect, test } from "vitest";
import { fairQueue } from "./fair-queue.ts";

/** Serves a queue with two workers whose jobs take one slice each. Gives the slice in which each job began. */
function slices(queue: ReturnType<typeof fairQueue<string>>): Map<string, number> {
  const began = new Map<string, number>();
  for (let slice = 0; queue.size() > 0; slice++) {
    const taken = [queue.take(), queue.take()].filter((one) => one !== null);
    for (const { job } of taken) began.set(job, slice);
    for (const { done } of taken) done();
  }
  return began;
}

test("S16: behind 31 jobs of one account another's is served in the next slice", () => {
  const queue = fairQueue<string>(64);
  for (let n = 0; n < 31; n++) queue.add("hostile", `h${n}`);
  const first = [queue.take(), queue.take()];
  queue.add("kind", "k");
  for (const one of first) one?.done();
  expect(slices(queue).get("k")).toBe(0);
});

test("S16: many hostile accounts delay one that has not been served by a slice", () => {
  const queue = fairQueue<string>(64);
  for (let account = 0; account < 10; account++) {
    for (let n = 0; n < 31; n++) queue.add(`hostile ${account}`, `h${account} ${n}`);
  }
  // All of them are served once before the other comes.
  for (let n = 0; n < 10; n++) queue.take()?.done();
  queue.add("kind", "k");
  expect(slices(queue).get("k")).toBe(0);
});

test("S16: accounts that send one job after another do not keep one with many from its turn", () => {
  const queue = fairQueue<string>(64);
  const began: string[] = [];
  for (let n = 0; n < 8; n++) queue.add("many", `m${n}`);
  for (const one of ["a", "b", "c"]) queue.add(one, one);
  for (let n = 0; n < 16; n++) {
    const taken = queue.take();
    if (!taken) break;
    began.push(taken.job);
    taken.done();
    // Its answer is there, and its account sends the next.
    if (!taken.job.startsWith("m")) queue.add(taken.job, taken.job);
  }
  expect(began.filter((job) => job.startsWith("m")).length).toBe(4);
});

test("accounts take turns, and each one's jobs stay in their order", () => {
  const queue = fairQueue<string>(64);
  for (const job of ["a1", "a2", "a3"]) queue.add("a", job);
  for (const job of ["b1", "b2"]) queue.add("b", job);
  const order = [];
  for (let taken = queue.take(); taken; taken = queue.take()) {
    order.push(taken.job);
    taken.done();
  }
  expect(order).toEqual(["a1", "b1", "a2", "b2", "a3"]);
});

test("S16: an account has so many jobs waiting at most; the others have theirs", () => {
  const queue = fairQueue<number>(3);
  expect([1, 2, 3, 4].map((n) => queue.add("a", n))).toEqual([true, true, true, false]);
  expect(queue.add("b", 1)).toBe(true);
  expect([queue.remove("a", 2), queue.remove("a", 2), queue.size()]).toEqual([true, false, 3]);
  expect(queue.add("a", 4)).toBe(true);
  expect(queue.empty().sort()).toEqual([1, 1, 3, 4]);
  expect([queue.take(), queue.size()]).toEqual([null, 0]);
});
