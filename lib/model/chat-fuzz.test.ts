import fc from "fast-check";
import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import type { ModelEvent } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import { chatChunkReader } from "./chat-chunks.ts";

// Whatever comes, a reader gives events or a ChatError, and every event has the shape that its type says.

const NAMES = [
  "choices",
  "delta",
  "message",
  "content",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "thinking",
  "text",
  "type",
  "index",
  "id",
  "name",
  "function",
  "arguments",
  "tool_calls",
  "function_call",
  "finish_reason",
  "usage",
  "prompt_tokens",
  "completion_tokens",
  "error",
  "code",
  "detail",
  "refusal",
  "extra_content",
  "google",
  "thought",
  "base_resp",
  "status_code",
  "object",
] as const;
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    "",
    "error",
    "text",
    "thinking",
    "stop",
    "length",
    "<think>",
    "</think>",
    "[DONE]",
    true,
    0,
    -1,
    0.5,
    1e300,
  ),
  fc.string(),
  fc.integer(),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("any"), { maxKeys: 5 }),
  ),
})).any;
const choice = fc
  .dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 4 })
  .map((delta) => ({ choices: [{ delta, finish_reason: null }] }));
const line = fc.oneof(
  value.map((one) => `data: ${JSON.stringify(one)}`),
  choice.map((one) => `data: ${JSON.stringify(one)}`),
  value.map((one) => JSON.stringify(one)),
  fc.constantFrom("data: [DONE]", "event: error", ": ping", "data:", "", "{", "[", "error: {}", "\uFEFF", "data: {"),
  fc.string(),
);
const stream = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n\n"));

test("any stream, cut anywhere, is events or a ChatError", () => {
  fc.assert(
    fc.property(stream, fc.nat(), (text, at) => {
      const cut = at % (text.length + 1);
      const outcome = outcomeOf([text.slice(0, cut), text.slice(cut)]);
      expect(outcome.thrown === null || outcome.thrown instanceof ChatError).toBe(true);
      for (const event of outcome.events) expect(isRight(event)).toBe(true);
      // A cut changes nothing of what is said in the end.
      expect(said(outcome.events)).toBe(said(outcomeOf([text]).events));
    }),
    { numRuns: 500 },
  );
});

const said = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");

function isRight(event: ModelEvent): boolean {
  switch (event.type) {
    case "text-delta":
    case "reasoning-delta":
    case "notice":
      return typeof event.text === "string";
    case "tool-input-delta":
      return event.name !== "" && typeof event.text === "string";
    case "tool-call":
      return event.name !== "" && typeof event.input === "string" && event.callId !== "";
    case "finish":
      return [event.usage.inputTokens, event.usage.outputTokens].every(
        (count) => count === null || tokenCount(count) === count,
      );
    default:
      return event.type === "provider-data";
  }
}

function outcomeOf(pieces: readonly string[]): { readonly events: readonly ModelEvent[]; readonly thrown: unknown } {
  const reader = chatChunkReader("http://models.test/v1 m");
  const events = pieces.flatMap((piece) => reader.read(piece));
  try {
    return { events: [...events, ...reader.end()], thrown: null };
  } catch (thrown) {
    return { events, thrown };
  }
}
