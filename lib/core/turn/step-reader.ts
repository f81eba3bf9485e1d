import type { TurnEvent } from "../../domain/events.ts";
import type { FinishReason, ModelEvent, PromptMessage, Usage } from "../../domain/model.ts";
import type { ProviderData } from "../../domain/provider-data.ts";
import { storable, storableJson, storablePieces } from "../../domain/text.ts";
import type { ToolCall } from "../../domain/tool.ts";
import { parsedArguments } from "./call-arguments.ts";

type StepReader = {
  /** The turn's events for a batch of the model's. */
  readonly read: (batch: readonly ModelEvent[]) => TurnEvent[];
  /** Ends the step, closing a block that is open. Empty when the provider never accepted the call. */
  readonly close: (finishReason: FinishReason | null) => TurnEvent[];
  /** Whether the provider has accepted the call. */
  readonly isStarted: () => boolean;
  readonly text: () => string;
  readonly calls: () => readonly ToolCall[];
  /** What the provider wants back with the message; undefined: nothing. */
  readonly provider: () => Extract<PromptMessage, { role: "assistant" }>["provider"];
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
  const calls: ToolCall[] = [];
  const callId = callNamer(callIds, newId);
  const blocks = blockReader(now, continues);
  let isStarted = false;
  let finish: { reason: FinishReason; usage: Usage } | null = null;
  const kept: Record<string, unknown> = {};
  let provider: ProviderData | null = null;

  const start = (): TurnEvent[] => {
    if (isStarted) return [];
    isStarted = true;
    return [{ type: "step-start", messageId: newId(), model, at: now() }];
  };

  const one = (event: ModelEvent): TurnEvent[] => {
    switch (event.type) {
      case "start":
        return start();
      case "text-start":
      case "reasoning-start":
        return [];
      case "text-delta":
        return event.text === "" ? [] : [...start(), ...blocks.add("text", event.text)];
      case "reasoning-delta":
        return event.text === "" ? [] : [...start(), ...blocks.add("reasoning", event.text)];
      case "text-end":
        return event.wasThoughts ? blocks.turn() : blocks.close("text");
      case "reasoning-end":
        return blocks.close("reasoning");
      case "tool-input-delta": {
        const head = [...start(), ...blocks.close()];
        const { name, text } = event;
        const input = { callId: callId.of(event.callId), name: storable(name), text: storable(text) };
        return [...head, { type: "tool-input-delta", ...input }];
      }
      case "tool-call": {
        const call = {
          callId: callId.of(event.callId),
          name: storable(event.name),
          input: parsedArguments(event.input),
        };
        calls.push(call);
        if (event.kept !== undefined) kept[call.callId] = storableJson(event.kept);
        callId.forget(event.callId);
        return [...start(), ...blocks.close(), { type: "tool-call", ...call }];
      }
      case "provider-data": {
        const { type, ...data } = event;
        provider = storableJson({ ...data, ...(Object.keys(kept).length > 0 ? { calls: kept } : {}) });
        return [...start(), ...blocks.close(), { type, ...provider }];
      }
      case "notice":
        return [{ type: "notice", text: storable(event.text) }];
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
      return [...blocks.close(), { type: "step-end", finishReason, usage }];
    },
    isStarted: () => isStarted,
    text: blocks.text,
    calls: () => calls,
    provider: () => (provider === null ? undefined : { ...provider, thoughts: blocks.thoughts() }),
    usage: () => finish?.usage ?? null,
    finishReason: () => finish?.reason ?? "stop",
  };
}

/** Names calls: by the provider's id where it is new in the turn, else by one of ours. */
function callNamer(taken: Set<string>, newId: () => string) {
  /** The provider's call ids, and what we call them. */
  const renamed = new Map<string, string>();
  return {
    of(id: string): string {
      const known = renamed.get(id);
      if (known !== undefined) return known;
      const clean = storable(id);
      const unique = clean === "" || taken.has(clean) ? newId() : clean;
      taken.add(unique);
      renamed.set(id, unique);
      return unique;
    },
    /** Whoever comes after a whole call under its id is another. */
    forget: (id: string): void => void renamed.delete(id),
  };
}

type Kind = "text" | "reasoning";

/** Makes blocks of deltas: one at a time, made storable, the first text marked where it goes on with one that broke off. */
function blockReader(now: () => number, continues: boolean) {
  const texts: string[] = [];
  const thoughts: string[] = [];
  let open: Kind | null = null;
  let reasoningSince = 0;
  let pieces = storablePieces();
  let isFirstText = true;
  /** So many texts came before the block that is open. */
  let textsBefore = 0;

  const delta = (kind: Kind, text: string): TurnEvent[] => {
    if (text === "") return [];
    (kind === "text" ? texts : thoughts).push(text);
    return [{ type: `${kind}-delta`, text }];
  };

  /** Closes what is open, or what is open of a kind. */
  const close = (kind: Kind | null = open): TurnEvent[] => {
    if (open === null || open !== kind) return [];
    const rest = delta(kind, pieces.rest());
    open = null;
    return kind === "text"
      ? [...rest, { type: "text-end" }]
      : [...rest, { type: "reasoning-end", durationMs: now() - reasoningSince }];
  };

  /** Closes an open text that were thoughts. */
  const turn = (): TurnEvent[] => {
    if (open !== "text") return [];
    const closed = close();
    thoughts.push(...texts.splice(textsBefore));
    return closed.map((event) => (event.type === "text-end" ? { ...event, wasThoughts: true } : event));
  };

  const begin = (kind: Kind): TurnEvent[] => {
    if (open === kind) return [];
    const before = close();
    open = kind;
    pieces = storablePieces();
    if (kind === "reasoning") {
      reasoningSince = now();
      return [...before, { type: "reasoning-start" }];
    }
    textsBefore = texts.length;
    const isContinuation = continues && isFirstText;
    isFirstText = false;
    return [...before, isContinuation ? { type: "text-start", continues: true } : { type: "text-start" }];
  };

  return {
    add: (kind: Kind, text: string): TurnEvent[] => [...begin(kind), ...delta(kind, pieces.push(text))],
    close,
    turn,
    text: (): string => texts.join(""),
    thoughts: (): string => thoughts.join(""),
  };
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
