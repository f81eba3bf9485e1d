import { expect, test } from "vitest";
import { openHashLine } from "./hash-line.ts";

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasBegun = false;
  const run = () => {
    hasBegun = true;
    return promise;
  };
  return { run, end: () => resolve(), hasBegun: () => hasBegun };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("S9: so many hashes run at once, and the others follow in their order", async () => {
  const line = openHashLine({ atOnce: 2, most: 10, mostOfOne: 10 });
  const all = [work(), work(), work(), work()];
  const done = all.map((one, n) => line.run(String(n), one.run));
  await settled();
  expect(all.map((one) => one.hasBegun())).toEqual([true, true, false, false]);
  all[1]?.end();
  await settled();
  expect(all.map((one) => one.hasBegun())).toEqual([true, true, true, false]);
  for (const one of all) one.end();
  await Promise.all(done);
});

test("S9: a line that is long refuses at once, and one name cannot fill it", async () => {
  const line = openHashLine({ atOnce: 1, most: 4, mostOfOne: 2 });
  const one = work();
  const names = ["a", "a", "b", "b"];
  const done = [line.run("a", one.run), line.run("a", one.run)];
  const refused = expect.objectContaining({ code: "rate-limited" });
  await expect(line.run("a", one.run)).rejects.toEqual(refused);
  done.push(line.run("b", one.run), line.run("b", one.run));
  await expect(line.run("c", one.run)).rejects.toEqual(refused);
  one.end();
  await Promise.all(done);
  // All of it is free again, also after work that fails.
  await expect(line.run("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await Promise.all(names.map((name) => line.run(name, async () => {})));
});
