import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { madeFile } from "./download.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

test("S10: a file that is made while it is taken ends with the sign-in of who takes it, and not for a doubt", async () => {
  let made = 0;
  let isEnded = false;
  async function* texts() {
    try {
      for (;;) yield `${made++}\n`;
    } finally {
      isEnded = true;
    }
  }
  const told = [Promise.resolve(true), Promise.reject(new Error("starting")), Promise.resolve(false)];
  told[1]?.catch(() => {});
  const asked = vi.fn(() => told[asked.mock.calls.length - 1] ?? Promise.resolve(false));
  const reader = madeFile({ name: "all", mediaType: "text/plain" }, texts(), asked).body?.getReader();
  await reader?.read();
  expect(asked).toHaveBeenCalledTimes(0);
  for (let n = 1; n <= 2; n++) {
    vi.setSystemTime(Date.now() + 15_000);
    await reader?.read();
    await reader?.read();
    expect(asked).toHaveBeenCalledTimes(n);
  }
  vi.setSystemTime(Date.now() + 15_000);
  await expect(reader?.read()).rejects.toThrow("not signed in any more");
  expect([made, isEnded]).toEqual([5, true]);
});
