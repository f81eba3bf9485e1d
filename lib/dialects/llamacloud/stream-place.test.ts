import { expect, test } from "vitest";
import type { TurnEvent } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import { llamacloudFrames } from "./stream.ts";

const [runId, step, next] = ["r", "m1", "m2"];
const ended = { usage: { inputTokens: 1, outputTokens: 1, isEstimated: false }, durationMs: 1, steps: 1, model: "m" };
const say = (text: string): TurnEvent => ({ type: "text-delta", text });
const begin = (messageId: string): TurnEvent[] => [
  { type: "step-start", messageId, model: "m", at: 0 },
  { type: "text-start" },
];
const END: TurnEvent[] = [
  { type: "text-end" },
  { type: "step-end", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1 } },
  { type: "turn-end", finishReason: "stop", pendingCallIds: [], ...ended },
];
const events: TurnEvent[] = [
  { type: "turn-start", runId, at: 0 },
  ...begin(step),
  say("One "),
  say("two "),
  say("three"),
  ...END,
];
const question = {
  id: "q",
  role: "user" as const,
  name: null,
  source: "api_request" as const,
  parts: [{ type: "text" as const, text: "Hi" }],
  model: null,
  createdAt: new Date(0),
};

/** What a reader gets who has read up to a place, however the events come. */
async function told(from: readonly TurnEvent[], after: number, at: string | null, sizes = [from.length]) {
  const stretches = (async function* () {
    let first = 0;
    for (const size of sizes) {
      yield { from: first + 1, events: from.slice(first, first + size) };
      first += size;
    }
  })();
  const options = { runId, input: [question], after, at, withIds: true, skippedIndexIds: [], agent: null };
  let text = "";
  for await (const frames of llamacloudFrames(stretches, options)) text += frames;
  return [...text.matchAll(/id: (\d+)\ndata: (.*)\n/gu)].map(([, id, data]) => {
    const event = JSON.parse(data ?? "");
    return [Number(id), event.type, event.content ?? null];
  });
}

const ALL = [
  [0, "user_input", "Hi"],
  [4, "text_delta", "One "],
  [5, "text_delta", "two "],
  [6, "text_delta", "three"],
  [7, "text", "One two three"],
  [9, "stop", null],
];

test("a reader who says what it has read gets what comes behind it, however the events come", async () => {
  for (const sizes of [[9], [1, 1, 1, 1, 1, 1, 1, 1, 1], [4, 5], [5, 4]]) {
    expect(await told(events, 5, `text_delta:${step}.0`, sizes)).toEqual(ALL.slice(3));
    expect(await told(events, 0, null, sizes)).toEqual(ALL);
  }
});

test("a reader of events that are no longer there gets the turn from its beginning", async () => {
  // The reader has read "two " as event 5; the process died, and its successor has put other events in that place.
  const other = [...events.slice(0, 4), ...END.slice(0, 2), ...begin(next), say("and four"), ...END];
  const all = (await told(other, 0, null)).map(([id]) => id);
  for (const sizes of [[12], Array(12).fill(1)]) {
    // The last is the whole block that stands where a piece of it stood.
    expect((await told(other, 5, `text_delta:${step}.0`, sizes)).map(([id]) => id)).toEqual(all);
    expect((await told(other, 6, `text_delta:${step}.0`, sizes)).map(([id]) => id)).toEqual(all);
    expect((await told(other, 99, `text_delta:${step}.0`, sizes)).map(([id]) => id)).toEqual(all);
  }
  expect(foldEvents(other).map(({ parts }) => parts)).toEqual([
    [{ type: "text", text: "One " }],
    [{ type: "text", text: "and four" }],
  ]);
});

test("who says only a number gets what comes behind that number", async () => {
  expect((await told(events, 5, null)).map(([id]) => id)).toEqual([6, 7, 9]);
});
