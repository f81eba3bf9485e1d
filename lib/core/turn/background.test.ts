import { expect, test, vi } from "vitest";
import { startBackground } from "./background.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** Work that fails the first time. */
const failingOnce = () => vi.fn(async () => {}).mockRejectedValueOnce(new Error("The service is down"));

test("S16: work that failed waits a minute, and what was asked for meanwhile is done behind it", async () => {
  vi.useFakeTimers();
  try {
    const background = startBackground(log, Date.now, { keepAwake() {} });
    const work = failingOnce();
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(1000);
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(58_000);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(work).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(work).toHaveBeenCalledTimes(2);
    background.end();
  } finally {
    vi.useRealTimers();
  }
});

test("work that was asked for in the minute after a failure is done, although the clock is set back meanwhile", async () => {
  vi.useFakeTimers();
  try {
    let back = 0;
    const background = startBackground(log, () => Date.now() - back, { keepAwake() {} });
    const work = failingOnce();
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(1000);
    back = 1;
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(work).toHaveBeenCalledTimes(2);
    background.end();
  } finally {
    vi.useRealTimers();
  }
});
