import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { emptyTurn, foldEvent } from "./turn-state";

const fold = (...events: SessionEvent[]) => events.reduce(foldEvent, emptyTurn);
const at = (ms: number) => ({ created_at: new Date(Date.UTC(2026, 0, 1) + ms).toISOString() });

test("joins deltas, and the whole block replaces them", () => {
  const turn = fold(
    { type: "text_delta", content: "Hel" },
    { type: "text_delta", content: "lo" },
    { type: "text", content: "Hello" },
  );
  expect(turn.blocks).toEqual([{ kind: "text", text: "Hello", done: true, continues: false }]);
});

test("a whole block without deltas is a block of its own", () => {
  const turn = fold({ type: "text", content: "One" }, { type: "text", content: "Two" });
  expect(turn.blocks.map((block) => block.kind === "text" && block.text)).toEqual(["One", "Two"]);
});

test("a block that goes on after a restart says so", () => {
  const turn = fold(
    { type: "text", content: "To undo it, dr" },
    { type: "text_delta", content: "op the", continues: true },
    { type: "text", content: "op the index.", continues: true },
  );
  expect(turn.blocks[1]).toEqual({ kind: "text", text: "op the index.", done: true, continues: true });
});

test("reasoning is timed by its first and last event when the server does not say", () => {
  const turn = fold(
    { type: "thinking_delta", content: "Let", ...at(0) },
    { type: "thinking", content: "Let me", ...at(6200) },
  );
  expect(turn.blocks[0]).toMatchObject({ kind: "reasoning", text: "Let me", done: true, durationMs: 6200 });
});

test("a call collects its arguments, its input and its result", () => {
  const turn = fold(
    { type: "tool_call_delta", call_id: "c", name: "calculator", delta: '{"expr' },
    { type: "tool_call_delta", call_id: "c", name: "calculator", delta: 'ession":"1+1"}' },
    { type: "tool_call", call_id: "c", name: "calculator", arguments: { expression: "1+1" } },
    { type: "tool_result", call_id: "c", name: "calculator", result: 2, duration_ms: 4 },
  );
  expect(turn.blocks).toEqual([
    {
      kind: "tool",
      callId: "c",
      name: "calculator",
      argumentText: '{"expression":"1+1"}',
      input: { expression: "1+1" },
      startedAt: null,
      result: { output: 2, isError: false, cut: null, durationMs: 4 },
    },
  ]);
});

test("results find their calls in any order, and a repeated call id is another call", () => {
  const turn = fold(
    { type: "tool_call", call_id: "a", name: "x", arguments: {} },
    { type: "tool_call", call_id: "b", name: "y", arguments: {} },
    { type: "tool_result", call_id: "b", name: "y", result: "B" },
    { type: "tool_result", call_id: "a", name: "x", result: "A" },
    { type: "tool_call", call_id: "a", name: "x", arguments: { again: true } },
  );
  expect(turn.blocks.map((block) => block.kind === "tool" && (block.result?.output ?? null))).toEqual(["A", "B", null]);
});

test("an error object is a failure even without the mark", () => {
  const turn = fold({ type: "tool_result", call_id: "a", name: "x", result: { error: "timed out" } });
  expect(turn.blocks[0]).toMatchObject({ result: { isError: true } });
});

test("stop closes what is open", () => {
  const usage = { duration_ms: 1, total_input_tokens: 1, total_output_tokens: 1, turns: 1 };
  const turn = fold(
    { type: "text_delta", content: "Hel" },
    { type: "stop", is_error: true, error: "cancelled", usage },
  );
  expect(turn.blocks[0]).toMatchObject({ done: true });
  expect(turn.stop?.error).toBe("cancelled");
});

test("what is not known changes nothing", () => {
  const turn = fold({ type: "text", content: "Hello" }, { type: "novelty" } as unknown as SessionEvent);
  expect(turn.blocks).toHaveLength(1);
});
