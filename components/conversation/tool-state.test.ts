import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { type ToolState, toolState } from "./tool-state";
import { emptyTurn, foldEvent, type ToolBlock } from "./turn-state";

const named = { call_id: "c", name: "f" };
const asked: SessionEvent = { type: "tool_call", ...named, arguments: {} };
const answered = (error: string, more: object): SessionEvent => ({
  type: "tool_result",
  ...named,
  result: { error },
  is_error: true,
  ...more,
});

test.each<[string, readonly SessionEvent[], ToolState]>([
  ["a result", [asked, { type: "tool_result", ...named, result: 1, is_error: false }], "done"],
  ["a failure", [asked, answered("no such city", {})], "failed"],
  ["a failure that says cancelled", [asked, answered("cancelled", {})], "failed"],
  ["a call that was cancelled", [asked, answered("The session was deleted", { cut: "cancelled" })], "stopped"],
  ["a call whose process went", [asked, answered("It is not run twice", { cut: "interrupted" })], "interrupted"],
  ["a call that was passed over", [asked, answered("not answered", { cut: "unanswered" })], "unanswered"],
  ["a failure that says not answered", [asked, answered("not answered", {})], "failed"],
])("C27: %s is known by its code, not by its words", (_, events, state) => {
  for (const wasStopped of [true, false]) expect(toolState(callOf(events), true, wasStopped)).toBe(state);
});

test("a call without a result runs as long as its turn does", () => {
  const call = callOf([asked]);
  expect(toolState(call, false, false)).toBe("running");
  expect(toolState(call, true, true)).toBe("stopped");
  expect(toolState(call, true, false)).toBe("interrupted");
  expect(toolState(call, true, false, true)).toBe("waiting");
});

function callOf(events: readonly SessionEvent[]): ToolBlock {
  const block = events.reduce(foldEvent, emptyTurn).blocks.find(({ kind }) => kind === "tool");
  if (block?.kind !== "tool") throw new Error("An answer without a call");
  return block;
}
