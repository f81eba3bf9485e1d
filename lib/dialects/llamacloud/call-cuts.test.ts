import { expect, test } from "vitest";
import type { TurnEvent } from "../../domain/events.ts";
import { SessionEvent } from "./answers.ts";
import { encodeEvents } from "./encode.ts";
import { llamacloudFrames } from "./stream.ts";

const result = { callId: "c", name: "f", output: { error: "any words" }, isError: true, durationMs: 1 };
const id = "01970000-0000-7000-8000-00000000000a";
const cuts = ["cancelled", "interrupted", undefined] as const;

test.each(cuts)("C27: a stored result says to our own clients what cut its call off: %s", (cut) => {
  const part = { type: "tool-result" as const, ...result, ...(cut && { cut }) };
  const made = { name: null, source: "tool_response" as const, model: null, createdAt: new Date(0) };
  const stored = { branchId: id, runId: id, tokenCount: null, tokenizer: null, position: 0 };
  const line = [{ id, role: "tool" as const, parts: [part], ...made, ...stored }];
  const history = { line, count: 1, runs: new Map(), coveredIds: [], running: null };
  expect(told(encodeEvents(history, true))).toEqual([cut]);
  expect(told(encodeEvents(history, false))).toEqual([undefined]);
});

test.each(cuts)("C27: a live result says to our own clients what cut its call off: %s", async (cut) => {
  const event: TurnEvent = { type: "tool-result", messageId: id, at: 0, ...result, ...(cut && { cut }) };
  const frames = async (withIds: boolean) => {
    const stretches = (async function* () {
      yield { from: 1, events: [event] };
    })();
    const options = { runId: id, input: [], after: 0, withIds, skippedIndexIds: [], agent: null };
    const texts: string[] = [];
    for await (const text of llamacloudFrames(stretches, options)) texts.push(text);
    return told(texts.map((text) => JSON.parse(text.slice(text.indexOf("data: ") + 6))));
  };
  expect(await frames(true)).toEqual([cut]);
  expect(await frames(false)).toEqual([undefined]);
});

/** What events say of cut calls, once they have the shape that is promised. */
const told = (events: readonly unknown[]) =>
  events.map((event) => {
    const parsed = SessionEvent.parse(JSON.parse(JSON.stringify(event)));
    return parsed.type === "tool_result" ? parsed.cut : parsed.type;
  });
