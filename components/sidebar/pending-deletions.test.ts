import { expect, test, vi } from "vitest";
import { dropDeletion, holdDeletion, tellDeletion, tellDeletions } from "./pending-deletions";

test("16: what was deleted is told once, also when all is told at once, and what was undone never", async () => {
  const [a, b, c] = [vi.fn(async () => {}), vi.fn(async () => {}), vi.fn(async () => {})];
  holdDeletion("a", a);
  holdDeletion("b", b);
  holdDeletion("c", c);
  expect([dropDeletion("b"), dropDeletion("b")]).toEqual([true, false]);
  await tellDeletion("a");
  await tellDeletions();
  await tellDeletion("c");
  expect([a, b, c].map((tell) => tell.mock.calls.length)).toEqual([1, 0, 1]);
});

test("16: who signs out waits for what they deleted", async () => {
  const way = Promise.withResolvers<void>();
  holdDeletion("a", () => way.promise);
  let isTold = false;
  const told = tellDeletions().then(() => {
    isTold = true;
  });
  await Promise.resolve();
  expect(isTold).toBe(false);
  way.resolve();
  await told;
  expect(isTold).toBe(true);
});
