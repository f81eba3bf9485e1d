import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watch } from "./waits.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const WAITS = { firstMs: 180_000, silenceMs: 60_000, totalMs: 600_000 };
const open = () => watch(new AbortController().signal, WAITS);
const reason = ({ signal }: { readonly signal: AbortSignal }) => signal.reason?.message ?? null;

test("26: the first word is waited for as long as is set, and any byte begins that wait anew", () => {
  const watching = open();
  for (let n = 0; n < 3; n++) {
    vi.advanceTimersByTime(179_999);
    watching.heard();
  }
  expect(reason(watching)).toBeNull();
});

test("26: a server that sends nothing before its first word is left, for good", () => {
  const watching = open();
  vi.advanceTimersByTime(180_000);
  expect(watching.signal.reason).toMatchObject({
    code: "model-failed",
    message: "The model provider said nothing for 180 s",
    details: { isFinal: true },
  });
});

test("26: within an answer silence is shorter, and comments are no silence", () => {
  const watching = open();
  watching.begun();
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(59_999);
    watching.heard();
  }
  expect(reason(watching)).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(reason(watching)).toBe("The model provider said nothing for 60 s");
});

test("26: an answer has an end, however alive its server is", () => {
  const watching = open();
  watching.begun();
  for (let n = 0; n < 20; n++) {
    vi.advanceTimersByTime(30_000);
    watching.heard();
  }
  expect(reason(watching)).toBe("The model provider did not end its answer within 600 s");
});

test("a wait that has ended aborts nothing, and the caller's own end counts", () => {
  const caller = new AbortController();
  const watching = watch(caller.signal, WAITS);
  watching.end();
  vi.advanceTimersByTime(1_000_000);
  expect(reason(watching)).toBeNull();
  caller.abort(new Error("stopped"));
  expect(reason(watching)).toBe("stopped");
});
