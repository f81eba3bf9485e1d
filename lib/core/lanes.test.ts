import { expect, test } from "vitest";
import { openLanes } from "./lanes.ts";

test("two run at once, and the others come in their order, also behind one that fails", async () => {
  const lanes = openLanes(2, 10);
  const begun: number[] = [];
  const works = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const done = works.map((work, n) =>
    lanes.add(() => {
      begun.push(n);
      return work.promise;
    }),
  );
  await expect.poll(() => begun).toEqual([0, 1]);
  works[1]?.reject(new Error("broke"));
  await expect(done[1]).rejects.toThrow("broke");
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const work of works) work.resolve();
  expect(await Promise.all([done[0], done[2], done[3]])).toEqual([true, true, true]);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("more than may wait is refused, and so is what waits when the lanes close", async () => {
  const lanes = openLanes(1, 1);
  const first = Promise.withResolvers<void>();
  const running = lanes.add(() => first.promise);
  const waits = lanes.add(async () => {});
  expect(await lanes.add(async () => {})).toBe(false);
  lanes.close();
  expect(await waits).toBe(false);
  first.resolve();
  expect(await running).toBe(true);
  expect(await lanes.add(async () => {})).toBe(false);
});
