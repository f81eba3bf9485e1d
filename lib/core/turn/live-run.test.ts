import { setImmediate as turnOfLoop } from "node:timers/promises";
import { expect, test } from "vitest";
import { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { acceptance, followLive, type Stretch } from "./follow.ts";
import { liveRun } from "./live-run.ts";

const run = { id: "r", accountId: "a", sessionId: "s", docs: [], stores: true, onHangUp: "go-on" } as const;
const delta = (text: string): TurnEvent => ({ type: "text-delta", text });
const deltas = (...texts: string[]) => texts.map(delta);
const stepStart: TurnEvent = { type: "step-start", messageId: "m", model: "m", at: 0 };

test("a follower gets all events of a run, past and coming, numbered from 1, until its end", async () => {
  const live = liveRun(run, deltas("a", "b"));
  const followed = collect(followLive(live, 0));
  await turnOfLoop();
  live.append(deltas("c"));
  await turnOfLoop();
  live.append(deltas("d"));
  live.finish("ended");
  expect(await followed).toEqual([
    { from: 1, events: deltas("a", "b") },
    { from: 3, events: deltas("c") },
    { from: 4, events: deltas("d") },
  ]);
});

test("a slow follower gets what has come meanwhile in one stretch, and holds up nobody", async () => {
  const live = liveRun(run, []);
  const follower = followLive(live, 0);
  live.append(deltas("a"));
  expect((await follower.next()).value).toEqual({ from: 1, events: deltas("a") });
  for (const text of "bcdef") live.append(deltas(text));
  live.finish("ended");
  expect((await follower.next()).value).toEqual({ from: 2, events: deltas(..."bcdef") });
  expect((await follower.next()).done).toBe(true);
});

test("two followers at different places get the same events", async () => {
  const live = liveRun(run, deltas("a", "b", "c"));
  const first = collect(followLive(live, 0));
  const second = collect(followLive(live, 2));
  await turnOfLoop();
  live.append(deltas("d"));
  live.finish("ended");
  expect((await first).flatMap(({ events }) => events)).toEqual(deltas("a", "b", "c", "d"));
  expect((await second).flatMap(({ events }) => events)).toEqual(deltas("c", "d"));
});

test("a follower that is told to leave does, and the run and its other followers go on", async () => {
  const live = liveRun(run, []);
  const leaving = new AbortController();
  const gone = collect(followLive(live, 0, leaving.signal));
  const stays = collect(followLive(live, 0));
  await turnOfLoop();
  leaving.abort();
  expect(await gone).toEqual([]);
  live.append(deltas("a"));
  live.finish("ended");
  expect(await stays).toEqual([{ from: 1, events: deltas("a") }]);
  expect(live.signal.aborted).toBe(false);
});

test("a follower that had left before it began gets nothing", async () => {
  expect(await collect(followLive(liveRun(run, deltas("a")), 0, AbortSignal.abort()))).toEqual([]);
});

test("a follower that asks for what comes after the end gets nothing", async () => {
  const live = liveRun(run, deltas("a"));
  live.finish("ended");
  expect(await collect(followLive(live, 7))).toEqual([]);
});

test("followers of a run that is left are let go", async () => {
  const live = liveRun(run, deltas("a"));
  const followed = collect(followLive(live, 0));
  await turnOfLoop();
  live.finish("left");
  expect(await followed).toHaveLength(1);
  await live.ended;
});

test("the first reason to abort stands", () => {
  const live = liveRun(run, []);
  live.abort("stop", new ChatError("cancelled", "first"));
  live.abort("lost", new ChatError("interrupted", "second"));
  expect([live.abortCause, live.signal.reason.message]).toEqual(["stop", "first"]);
});

test("a run that has ended cannot be aborted", () => {
  const live = liveRun(run, []);
  live.finish("ended");
  live.abort("stop", new ChatError("cancelled", "late"));
  expect([live.abortCause, live.signal.aborted]).toEqual([null, false]);
});

test("the wait for acceptance ends with the first step", async () => {
  const live = liveRun(run, []);
  const waiting = acceptance(live, 60_000);
  live.append(deltas("not yet"));
  await turnOfLoop();
  live.append([stepStart]);
  await expect(waiting).resolves.toBeUndefined();
});

test("the wait for acceptance ends with the run", async () => {
  const live = liveRun(run, []);
  const waiting = acceptance(live, 60_000);
  live.finish("ended");
  await expect(waiting).resolves.toBeUndefined();
});

test("the wait for acceptance ends with its time", async () => {
  await expect(acceptance(liveRun(run, []), 5)).resolves.toBeUndefined();
});

async function collect(stretches: AsyncIterable<Stretch>): Promise<Stretch[]> {
  const all: Stretch[] = [];
  for await (const stretch of stretches) all.push(stretch);
  return all;
}
