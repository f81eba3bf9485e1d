import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { poll } from "./poll";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("16: who comes back to a page while it asks for news does not make it ask twice as often for ever", async () => {
  const ways = Array.from({ length: 9 }, () => Promise.withResolvers<void>());
  const ask = vi.fn((_: AbortSignal) => ways[ask.mock.calls.length - 1]?.promise ?? Promise.resolve());
  const { now, close } = poll(ask, { everyMs: 4000, isSeen: () => true });
  await vi.advanceTimersByTimeAsync(1000);
  for (let n = 0; n < 3; n++) now();
  expect(ask.mock.calls.map(([signal]) => signal.aborted)).toEqual([true, true, true, false]);
  for (const way of ways) way.resolve();
  await vi.advanceTimersByTimeAsync(0);
  await vi.advanceTimersByTimeAsync(4000);
  expect(ask).toHaveBeenCalledTimes(5);
  close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(5);
});

test("16: news are asked for more seldom the more often that fails, and not where nobody looks", async () => {
  let isSeen = true;
  const ask = vi.fn(() => Promise.reject(new Error("no")));
  const { close } = poll(ask, { everyMs: 4000, isSeen: () => isSeen });
  await vi.advanceTimersByTimeAsync(1000);
  await vi.advanceTimersByTimeAsync(7999);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(2);
  isSeen = false;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(ask).toHaveBeenCalledTimes(2);
  close();
});
