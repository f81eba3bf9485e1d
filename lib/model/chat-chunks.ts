import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { jsonShape } from "../domain/json-shape.ts";
import type { FinishReason, ModelEvent, Usage } from "../domain/model.ts";
import { LINE_LIMIT_CHARACTERS, tooLongAnswer } from "./limited-text.ts";

type Call = {
  readonly index: unknown;
  /** The provider's id, empty where it gives none. */
  readonly given: string;
  readonly id: string;
  readonly name: string;
  readonly pieces: string[];
};

// What of a chunk is read. Nothing else is looked at, and what has another shape counts as absent: a schema for each
// token would cost more than all the rest of its way.
type Fields<Name extends string> = { readonly [name in Name]?: unknown };
const NONE: Fields<never> = {};

/** A value as an object whose fields may be asked for; what is none has none of them. */
const fields = <Name extends string>(value: unknown): Fields<Name> =>
  typeof value === "object" && value !== null ? value : NONE;
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * Reads the event stream of a chat completion: give it text as it comes, and it gives the model's events.
 *
 * `end` gives the last of them: the calls, whole, and the finish. Throws "model-failed" where the provider reports an
 * error in the stream, sends what is no JSON or a line of more than 4 MB, or ends without a reason and without "[DONE]".
 */
export function chatChunkReader(): {
  readonly read: (text: string) => ModelEvent[];
  readonly end: () => ModelEvent[];
  /** Whether the stream has said that it is over; a server may keep its connection open longer. */
  readonly isDone: () => boolean;
} {
  let rest = "";
  let isDone = false;
  let finish: string | null = null;
  let usage: Usage = { inputTokens: null, outputTokens: null };
  const calls: Call[] = [];

  const chunk = (data: string): ModelEvent[] => {
    const { error, usage: used, choices } = parsed(data);
    if (error) throw new ChatError("model-failed", `The model provider reported an error: ${reason(error)}`);
    if (used) {
      const counts = fields<"prompt_tokens" | "completion_tokens">(used);
      usage = { inputTokens: count(counts.prompt_tokens), outputTokens: count(counts.completion_tokens) };
    }
    const choice = fields<"finish_reason" | "delta">(items(choices)[0]);
    finish = text(choice.finish_reason) || finish;
    const delta = fields<"content" | "reasoning_content" | "reasoning" | "tool_calls">(choice.delta);
    const events: ModelEvent[] = [];
    const reasoning = text(delta.reasoning_content ?? delta.reasoning);
    if (reasoning !== "") events.push({ type: "reasoning-delta", text: reasoning });
    const content = text(delta.content);
    if (content !== "") events.push({ type: "text-delta", text: content });
    for (const piece of items(delta.tool_calls)) events.push(callPiece(piece));
    return events;
  };

  const callPiece = (value: unknown): ModelEvent => {
    const piece = fields<"index" | "id" | "function">(value);
    const { name, arguments: input } = fields<"name" | "arguments">(piece.function);
    const given = text(piece.id);
    let call = callOf(piece.index, given, text(name));
    if (!call) {
      if (text(name) === "") throw new ChatError("model-failed", "The model provider sent a tool call without a name");
      call = { index: piece.index, given, id: given || newId(), name: text(name), pieces: [] };
      calls.push(call);
    }
    call.pieces.push(text(input));
    return { type: "tool-input-delta", callId: call.id, name: call.name, text: text(input) };
  };

  /** The call that a piece goes on with. Some servers number no call, and some number every call 0. */
  const callOf = (index: unknown, given: string, name: string): Call | undefined => {
    if (typeof index === "number") {
      const call = calls.findLast((one) => one.index === index);
      const isAnother = given !== "" && name !== "" && call?.given !== given;
      return isAnother ? undefined : call;
    }
    if (given !== "") return calls.find((one) => one.given === given);
    return name === "" ? calls.at(-1) : undefined;
  };

  const line = (written: string): ModelEvent[] => {
    if (isDone || !written.startsWith("data:")) return [];
    const data = written.slice(5).trim();
    if (data === "[DONE]") {
      isDone = true;
      return [];
    }
    return data === "" ? [] : chunk(data);
  };

  return {
    isDone: () => isDone,
    read(arrived) {
      const end = arrived.lastIndexOf("\n");
      // A line that comes in many pieces is joined once, at its end.
      const whole = end < 0 ? "" : rest + arrived.slice(0, end);
      rest = end < 0 ? rest + arrived : arrived.slice(end + 1);
      if (rest.length > LINE_LIMIT_CHARACTERS) throw tooLongAnswer(LINE_LIMIT_CHARACTERS);
      return end < 0 ? [] : whole.split("\n").flatMap(line);
    },
    end() {
      const last = line(rest);
      // A server that marks the end has said all, though some never say why.
      if (finish === null && !isDone) {
        throw new ChatError("model-failed", "The model provider ended the answer before it was complete");
      }
      const whole = calls.map(
        (call): ModelEvent => ({ type: "tool-call", callId: call.id, name: call.name, input: call.pieces.join("") }),
      );
      return [...last, ...whole, { type: "finish", reason: finishReason(finish ?? "stop", whole.length > 0), usage }];
    },
  };
}

/** Longer chunks are looked at before they are parsed: the short ones cannot hold much. */
const LONG_CHUNK = 64 * 1024;

function parsed(data: string): Fields<"error" | "usage" | "choices"> {
  if (data.length > LONG_CHUNK && jsonShape(data).over !== null) {
    throw new ChatError("model-failed", "The model provider sent a chunk that holds too much", { providerStatus: 200 });
  }
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === "object" && value !== null) return fields(value);
  } catch {
    // Said below.
  }
  throw new ChatError("model-failed", "The model provider sent a chunk that is not a JSON object");
}

/** What an error says, cut: providers put it in a message, or are one. */
const reason = (error: unknown): string => (text(error) || text(fields<"message">(error).message)).slice(0, 300);

const count = (value: unknown): number | null => (typeof value === "number" ? value : null);

function finishReason(reason: string, hasCalls: boolean): FinishReason {
  switch (reason) {
    case "length":
      return "length";
    case "content_filter":
      return "content-filter";
    case "tool_calls":
    case "function_call":
      return "tool-calls";
    default:
      // Some servers say "stop" behind a call.
      return hasCalls ? "tool-calls" : "stop";
  }
}
