import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { FinishReason, ModelEvent, Usage } from "../domain/model.ts";

type Call = { readonly id: string; readonly name: string; readonly pieces: string[] };

// What of a chunk is read. Nothing else is looked at, and what has another shape counts as absent: a schema for each
// token would cost more than all the rest of its way.
type Chunk = {
  readonly error?: { readonly message?: unknown };
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
  readonly choices?: readonly {
    readonly finish_reason?: unknown;
    readonly delta?: {
      readonly content?: unknown;
      readonly reasoning_content?: unknown;
      readonly reasoning?: unknown;
      readonly tool_calls?: readonly {
        readonly index?: unknown;
        readonly id?: unknown;
        readonly function?: { readonly name?: unknown; readonly arguments?: unknown };
      }[];
    } | null;
  }[];
};

/**
 * Reads the event stream of a chat completion: give it text as it comes, and it gives the model's events.
 *
 * `end` gives the last of them: the calls, whole, and the finish. Throws "model-failed" where the provider reports an
 * error in the stream, sends what is no JSON, or ends before it has said why it stopped.
 */
export function chatChunkReader(): {
  readonly read: (text: string) => ModelEvent[];
  readonly end: () => ModelEvent[];
} {
  let rest = "";
  let isDone = false;
  let finish: string | null = null;
  let usage: Usage = { inputTokens: null, outputTokens: null };
  const calls = new Map<number, Call>();

  const chunk = (data: string): ModelEvent[] => {
    const { error, usage: used, choices } = parsed(data);
    if (error) {
      throw new ChatError(
        "model-failed",
        `The model provider reported an error: ${String(error.message ?? "").slice(0, 300)}`,
      );
    }
    if (used) usage = { inputTokens: count(used.prompt_tokens), outputTokens: count(used.completion_tokens) };
    const [choice] = choices ?? [];
    if (!choice) return [];
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") finish = choice.finish_reason;
    const { delta } = choice;
    if (!delta) return [];
    const events: ModelEvent[] = [];
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (typeof reasoning === "string" && reasoning !== "") events.push({ type: "reasoning-delta", text: reasoning });
    if (typeof delta.content === "string" && delta.content !== "")
      events.push({ type: "text-delta", text: delta.content });
    for (const [n, piece] of (delta.tool_calls ?? []).entries()) events.push(...callPiece(piece, n));
    return events;
  };

  const callPiece = (
    piece: {
      readonly index?: unknown;
      readonly id?: unknown;
      readonly function?: { readonly name?: unknown; readonly arguments?: unknown };
    },
    n: number,
  ): ModelEvent[] => {
    const index = typeof piece.index === "number" ? piece.index : n;
    const text = typeof piece.function?.arguments === "string" ? piece.function.arguments : "";
    let call = calls.get(index);
    if (!call) {
      const name = piece.function?.name;
      if (typeof name !== "string")
        throw new ChatError("model-failed", "The model provider sent a tool call without a name");
      call = { id: typeof piece.id === "string" && piece.id !== "" ? piece.id : newId(), name, pieces: [] };
      calls.set(index, call);
    }
    call.pieces.push(text);
    return [{ type: "tool-input-delta", callId: call.id, name: call.name, text }];
  };

  const line = (text: string): ModelEvent[] => {
    if (isDone || !text.startsWith("data:")) return [];
    const data = text.slice(5).trim();
    if (data === "[DONE]") {
      isDone = true;
      return [];
    }
    return data === "" ? [] : chunk(data);
  };

  return {
    read(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      return lines.flatMap(line);
    },
    end() {
      const last = line(rest);
      if (finish === null) {
        throw new ChatError("model-failed", "The model provider ended the answer before it was complete");
      }
      const whole = [...calls.values()].map(
        (call): ModelEvent => ({ type: "tool-call", callId: call.id, name: call.name, input: call.pieces.join("") }),
      );
      return [...last, ...whole, { type: "finish", reason: finishReason(finish, whole.length > 0), usage }];
    },
  };
}

function parsed(data: string): Chunk {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new ChatError("model-failed", "The model provider sent a chunk that is not a JSON object");
}

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
