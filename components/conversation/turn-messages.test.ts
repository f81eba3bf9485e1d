import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { chunksBetween, messagesOf, standing } from "./turn-messages";
import { emptyTurn, foldEvent } from "./turn-state";

const usage = { duration_ms: 10, total_input_tokens: 3, total_output_tokens: 4, turns: 1 };
const ids = { run_id: "r1", event_id: "e", created_at: "2026-01-01T00:00:00.000Z" };
const question: SessionEvent = { type: "user_input", content: "Hi", message_id: "m1", ...ids };
const stop: SessionEvent = { type: "stop", is_error: false, error: null, usage, ...ids };
const fold = (...events: SessionEvent[]) => events.reduce(foldEvent, emptyTurn);

test("history becomes question and answer, with the facts of the stop", () => {
  const messages = messagesOf({
    events: [question, { type: "text", content: "Hello", message_id: "m2", ...ids }, stop],
    running_run_id: null,
  });
  expect(messages.map((message) => [message.role, message.id])).toEqual([
    ["user", "m1"],
    ["assistant", "answer:r1"],
  ]);
  expect(messages[1]?.metadata).toMatchObject({ runId: "r1", lastMessageId: "m2", stop: { usage } });
});

test("the running turn is left out, whatever arrived of it", () => {
  const next: SessionEvent = { ...question, message_id: "m3", run_id: "r2" };
  const events = [question, stop, next, { type: "text" as const, content: "Par", run_id: "r2" }];
  expect(messagesOf({ events, running_run_id: "r2" }).map((message) => message.id)).toEqual(["m1", "answer:r1"]);
});

test("an unfinished turn that does not run any more stays", () => {
  const events = [question, { type: "text" as const, content: "Par", ...ids }];
  expect(messagesOf({ events, running_run_id: null })).toHaveLength(2);
});

test("live events become start, deltas and finish", () => {
  const events: SessionEvent[] = [
    question,
    { type: "text_delta", content: "Hel", ...ids },
    { type: "text_delta", content: "lo", ...ids },
    { type: "text", content: "Hello", ...ids },
    stop,
  ];
  let turn = emptyTurn;
  const types = events.flatMap((event) => {
    const next = foldEvent(turn, event);
    const chunks = chunksBetween(turn, next);
    turn = next;
    return chunks.map((chunk) => ("delta" in chunk ? `${chunk.type} ${chunk.delta}` : chunk.type));
  });
  expect(types).toEqual(["start", "text-start", "text-delta Hel", "text-delta lo", "text-end", "finish"]);
});

test("a call becomes input start, deltas, input and output", () => {
  const call = { call_id: "c", name: "calculator" };
  const before = fold(question);
  const after = fold(
    question,
    { type: "tool_call_delta", ...call, delta: "{}" },
    { type: "tool_call", ...call, arguments: {} },
    { type: "tool_result", ...call, result: { error: "no" }, is_error: true },
  );
  expect(chunksBetween(before, after).map((chunk) => chunk.type)).toEqual([
    "tool-input-start",
    "tool-input-available",
    "tool-output-error",
  ]);
});

test("a replay is behind until it has told what was shown", () => {
  const shown = fold(question, { type: "text_delta", content: "Hello wor" });
  expect(standing(fold(question), shown)).toBe("behind");
  expect(standing(fold(question, { type: "text_delta", content: "Hel" }), shown)).toBe("behind");
  const further = fold(question, { type: "text_delta", content: "Hello world" });
  expect(standing(further, shown)).toBe("covers");
  expect(chunksBetween(shown, further)).toEqual([{ type: "text-delta", id: "0", delta: "ld" }]);
});

test("a replay that tells something else differs", () => {
  const shown = fold(question, { type: "text_delta", content: "Hello" });
  expect(standing(fold(question, { type: "text", content: "Hel" }), shown)).toBe("differs");
  expect(standing(fold(question, { type: "thinking_delta", content: "Hello" }), shown)).toBe("differs");
});
