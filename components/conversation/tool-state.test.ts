import type { DynamicToolUIPart } from "ai";
import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { type ToolState, toolState } from "./tool-state";
import { messagesOf } from "./turn-messages";

const call = { call_id: "c", name: "f" };
const asked: SessionEvent = { type: "tool_call", ...call, arguments: {} };
const answered = (error: string, more: object): SessionEvent => ({
  type: "tool_result",
  ...call,
  result: { error },
  is_error: true,
  ...more,
});

test.each<[string, readonly SessionEvent[], ToolState]>([
  ["a result", [asked, { type: "tool_result", ...call, result: 1, is_error: false }], "done"],
  ["a failure", [asked, answered("no such city", {})], "failed"],
  ["a failure that says cancelled", [asked, answered("cancelled", {})], "failed"],
  ["a call that was cancelled", [asked, answered("The session was deleted", { cut: "cancelled" })], "stopped"],
  ["a call whose process went", [asked, answered("It is not run twice", { cut: "interrupted" })], "interrupted"],
])("C27: %s is known by its code, not by its words", (_, events, state) => {
  for (const wasStopped of [true, false]) expect(toolState(partOf(events), true, wasStopped)).toBe(state);
});

test("a call without a result runs as long as its turn does", () => {
  const part = partOf([asked]);
  expect(toolState(part, false, false)).toBe("running");
  expect(toolState(part, true, true)).toBe("stopped");
  expect(toolState(part, true, false)).toBe("interrupted");
});

function partOf(events: readonly SessionEvent[]): DynamicToolUIPart {
  const messages = messagesOf({ events: [{ type: "user_input", content: "Hi" }, ...events], running_run_id: null });
  const part = messages.at(-1)?.parts.find((one) => one.type === "dynamic-tool");
  if (!part) throw new Error("An answer without a call");
  return part;
}
