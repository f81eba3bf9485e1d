import type { TurnEvent } from "../../domain/events.ts";
import type { FinishReason, ModelEvent, PromptMessage, Usage } from "../../domain/model.ts";
import type { ProviderData } from "../../domain/provider-data.ts";
import { storable, storableJson } from "../../domain/text.ts";
import type { ToolCall } from "../../domain/tool.ts";
import { blockReader } from "./step-blocks.ts";
import { callReader } from "./step-calls.ts";

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
  const calls = callReader(callIds, newId);
  const blocks = blockReader(now, continues);
  let isStarted = false;
  let finish: { reason: FinishReason; usage: Usage } | null = null;
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
      case "tool-input-delta":
        return [...start(), ...blocks.close(), calls.delta(event)];
      case "tool-call": {
        const call = calls.whole(event);
        return [...start(), ...blocks.close(), call];
      }
      case "provider-data": {
        const { type, ...data } = event;
        const kept = calls.kept();
        provider = storableJson({ ...data, ...(kept === null ? {} : { calls: kept }) });
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
    calls: calls.all,
    provider: () => (provider === null ? undefined : { ...provider, thoughts: blocks.thoughts() }),
    usage: () => finish?.usage ?? null,
    finishReason: () => finish?.reason ?? "stop",
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
