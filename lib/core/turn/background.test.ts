import { expect, test, vi } from "vitest";
import { startBackground } from "./background.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

test("S16: work that failed waits a minute, and what was asked for meanwhile is done behind it", async () => {
  vi.useFakeTimers();
  try {
    const background = startBackground(log, Date.now, { keepAwake() {} });
    let begun = 0;
    const work = async () => {
      begun++;
      if (begun === 1) throw new Error("The service is down");
    };
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(1000);
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(58_000);
    expect(begun).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(begun).toBe(2);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(begun).toBe(2);
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
    let begun = 0;
    const work = async () => {
      begun++;
      if (begun === 1) throw new Error("The service is down");
    };
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(1000);
    back = 1;
    background.soon("work", work);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(begun).toBe(2);
    background.end();
  } finally {
    vi.useRealTimers();
  }
});
