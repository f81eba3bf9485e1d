import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchdog } from "./connection.ts";

const LOOK_MS = 500;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  [1, true],
  [2, false],
  // After 2 ** 31 batches the number is negative.
  [-2_147_483_647, true],
  [-2_147_483_646, false],
])("a thread whose number stays at %i is ended: %s", async (progress, isEnded) => {
  const kill = vi.fn();
  const look = watchdog(async () => ({ progress: () => progress, kill }), 3000);
  for (let ms = 0; ms < 5000; ms += LOOK_MS) {
    await look();
    vi.advanceTimersByTime(LOOK_MS);
  }
  expect(kill.mock.calls.length > 0).toBe(isEnded);
});
