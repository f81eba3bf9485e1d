import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sseResponse } from "./sse.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PING = ": ping\n\n";

test("frames go out in order, the first at once, and the stream ends with them", async () => {
  const response = sseResponse(frames("a", "b"), { first: ": open\n\n" });
  expect(await response.text()).toBe(": open\n\nab");
});

test("nothing between server and reader may hold frames back or keep them", () => {
  const { headers, status } = sseResponse(frames(), { status: 201, headers: { "x-run-id": "r" } });
  expect(status).toBe(201);
  expect(Object.fromEntries(headers)).toEqual({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform, private, no-store",
    "x-accel-buffering": "no",
    "x-run-id": "r",
  });
});

test("silence is broken by a ping every 15 seconds, and no frame is lost", async () => {
  const late = Promise.withResolvers<string>();
  const { read } = reader(sseResponse(waiting(late.promise)));
  const first = read();
  await vi.advanceTimersByTimeAsync(14_999);
  expect(await settled(first)).toBe("waits");
  await vi.advanceTimersByTimeAsync(1);
  expect(await first).toBe(PING);
  const second = read();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await second).toBe(PING);
  const last = read();
  late.resolve("frame");
  expect(await last).toBe("frame");
  expect(await read()).toBeUndefined();
});

test("a reader that leaves is told of once, and the frames end", async () => {
  const onLeave = vi.fn();
  let hasEnded = false;
  const endless = async function* () {
    try {
      for (;;) yield "x";
    } finally {
      hasEnded = true;
    }
  };
  const { read, leave } = reader(sseResponse(endless(), { onLeave }));
  await read();
  await leave();
  await leave();
  expect(onLeave).toHaveBeenCalledOnce();
  expect(hasEnded).toBe(true);
});

test("a reader that stays to the end has not left", async () => {
  const onLeave = vi.fn();
  const { read, leave } = reader(sseResponse(frames("a"), { onLeave }));
  while ((await read()) !== undefined);
  await leave();
  expect(onLeave).not.toHaveBeenCalled();
});

test("a frame is made when the reader takes it: a slow one makes nothing grow", async () => {
  let made = 0;
  const counting = async function* () {
    for (;;) yield `${++made}`;
  };
  const { read } = reader(sseResponse(counting()));
  await read();
  await read();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(made).toBeLessThanOrEqual(3);
});

test("no timer stays behind a stream that has ended", async () => {
  await sseResponse(frames("a", "b")).text();
  expect(vi.getTimerCount()).toBe(0);
});

test("a failure of the frames breaks the stream off", async () => {
  const failing = async function* (): AsyncGenerator<string, void> {
    yield "a";
    throw new Error("bug");
  };
  const { read } = reader(sseResponse(failing()));
  expect(await read()).toBe("a");
  await expect(read()).rejects.toThrow("bug");
});

async function* frames(...all: string[]): AsyncGenerator<string, void> {
  yield* all;
}

async function* waiting(frame: Promise<string>): AsyncGenerator<string, void> {
  yield await frame;
}

function reader(response: Response) {
  const body = response.body?.getReader();
  const decoder = new TextDecoder();
  return {
    async read(): Promise<string | undefined> {
      const result = await body?.read();
      return result?.value && decoder.decode(result.value);
    },
    leave: () => body?.cancel(),
  };
}

const settled = (promise: Promise<unknown>) => Promise.race([promise, Promise.resolve("waits")]);

test("S10: who may no longer read is asked for every 15 seconds, in silence and between frames, and then the stream ends", async () => {
  for (const isBusy of [true, false]) {
    const onLeave = vi.fn();
    const isStillIn = vi.fn(async () => isStillIn.mock.calls.length < 3);
    const endless = async function* () {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, isBusy ? 1000 : 1_000_000));
        yield "x";
      }
    };
    const response = sseResponse(endless(), { onLeave, isStillIn });
    const whole = response.text();
    await vi.advanceTimersByTimeAsync(31_000);
    expect([isBusy, await settled(whole)]).toEqual([isBusy, "waits"]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect([isBusy, await whole]).toEqual([isBusy, isBusy ? "x".repeat(44) : PING + PING]);
    expect([isStillIn.mock.calls.length, onLeave.mock.calls.length]).toEqual([3, 1]);
  }
});

test("S10: a reader of whom nobody can tell reads on, and is asked for again", async () => {
  const isStillIn = vi.fn(async () => {
    throw new Error("the database starts anew");
  });
  const { read } = reader(sseResponse(waiting(new Promise(() => {})), { isStillIn }));
  for (const n of [1, 2]) {
    const ping = read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await ping).toBe(PING);
    expect(isStillIn).toHaveBeenCalledTimes(n);
  }
});
