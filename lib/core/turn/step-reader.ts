import type { TurnEvent } from "../../domain/events.ts";
import type { FinishReason, ModelEvent, Usage } from "../../domain/model.ts";
import { storable, storableJson, storablePieces } from "../../domain/text.ts";
import type { ToolCall } from "../../domain/tool.ts";

type StepReader = {
  /** The turn's events for a batch of the model's. */
  readonly read: (batch: readonly ModelEvent[]) => TurnEvent[];
  /** Ends the step, closing a block that is open. Empty when the provider never accepted the call. */
  readonly close: (finishReason: FinishReason | null) => TurnEvent[];
  readonly text: () => string;
  readonly calls: () => readonly ToolCall[];
  readonly usage: () => Usage | null;
  readonly finishReason: () => FinishReason;
};

/**
 * Turns what one model call yields into events of the turn: text made storable, blocks closed, call ids unique in the
 * turn, arguments parsed, neighbouring deltas of one batch joined.
 */
export function stepReader({
  model,
  newId,
  now,
  callIds,
  continues,
}: {
  readonly model: string;
  readonly newId: () => string;
  readonly now: () => number;
  /** Call ids of the turn so far; the step adds its own. */
  readonly callIds: Set<string>;
  /** Whether the first text goes on with a text that broke off. */
  readonly continues: boolean;
}): StepReader {
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  /** The provider's call ids, and what we call them. */
  const renamed = new Map<string, string>();
  let open: "text" | "reasoning" | null = null;
  let reasoningSince = 0;
  let pieces = storablePieces();
  let isStarted = false;
  let isFirstText = true;
  let finish: { reason: FinishReason; usage: Usage } | null = null;

  const callId = (id: string): string => {
    const known = renamed.get(id);
    if (known !== undefined) return known;
    const clean = storable(id);
    const unique = clean === "" || callIds.has(clean) ? newId() : clean;
    callIds.add(unique);
    renamed.set(id, unique);
    return unique;
  };

  const delta = (kind: "text" | "reasoning", text: string): TurnEvent[] => {
    if (text === "") return [];
    if (kind === "text") texts.push(text);
    return [{ type: `${kind}-delta`, text }];
  };

  const start = (): TurnEvent[] => {
    if (isStarted) return [];
    isStarted = true;
    return [{ type: "step-start", messageId: newId(), model, at: now() }];
  };

  const closeBlock = (): TurnEvent[] => {
    if (open === null) return [];
    const kind = open;
    const rest = delta(kind, pieces.rest());
    open = null;
    return kind === "text"
      ? [...rest, { type: "text-end" }]
      : [...rest, { type: "reasoning-end", durationMs: now() - reasoningSince }];
  };

  const openBlock = (kind: "text" | "reasoning"): TurnEvent[] => {
    if (open === kind) return [];
    const before = closeBlock();
    open = kind;
    pieces = storablePieces();
    if (kind === "reasoning") {
      reasoningSince = now();
      return [...before, { type: "reasoning-start" }];
    }
    const isContinuation = continues && isFirstText;
    isFirstText = false;
    return [...before, isContinuation ? { type: "text-start", continues: true } : { type: "text-start" }];
  };

  const one = (event: ModelEvent): TurnEvent[] => {
    switch (event.type) {
      case "start":
        return start();
      case "text-start":
      case "reasoning-start":
        return [];
      case "text-delta":
      case "reasoning-delta": {
        const kind = event.type === "text-delta" ? "text" : "reasoning";
        if (event.text === "") return [];
        return [...start(), ...openBlock(kind), ...delta(kind, pieces.push(event.text))];
      }
      case "text-end":
        return open === "text" ? closeBlock() : [];
      case "reasoning-end":
        return open === "reasoning" ? closeBlock() : [];
      case "tool-input-delta": {
        const head = [...start(), ...closeBlock()];
        const id = callId(event.callId);
        return [
          ...head,
          { type: "tool-input-delta", callId: id, name: storable(event.name), text: storable(event.text) },
        ];
      }
      case "tool-call": {
        const call = { callId: callId(event.callId), name: storable(event.name), input: parsed(event.input) };
        calls.push(call);
        // Whoever comes after a whole call under its id is another.
        renamed.delete(event.callId);
        return [...start(), ...closeBlock(), { type: "tool-call", ...call }];
      }
      case "finish":
        finish = event;
        return start();
      default:
        event satisfies never;
        return [];
    }
  };

  return {
    read: (batch) => joinDeltas(batch.flatMap(one)),
    close(finishReason) {
      if (!isStarted) return [];
      const usage = finish?.usage ?? { inputTokens: null, outputTokens: null };
      return [...closeBlock(), { type: "step-end", finishReason, usage }];
    },
    text: () => texts.join(""),
    calls: () => calls,
    usage: () => finish?.usage ?? null,
    finishReason: () => finish?.reason ?? "stop",
  };
}

/** The arguments a model sent: JSON where they are, else the text itself. Nothing at all counts as no arguments. */
function parsed(input: string): unknown {
  if (input.trim() === "") return {};
  try {
    return storableJson(JSON.parse(input));
  } catch {
    return storable(input);
  }
}

function joinDeltas(events: readonly TurnEvent[]): TurnEvent[] {
  const joined: TurnEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.type === "text-delta" && last?.type === "text-delta") {
      joined[joined.length - 1] = { type: "text-delta", text: last.text + event.text };
    } else if (event.type === "reasoning-delta" && last?.type === "reasoning-delta") {
      joined[joined.length - 1] = { type: "reasoning-delta", text: last.text + event.text };
    } else {
      joined.push(event);
    }
  }
  return joined;
}
