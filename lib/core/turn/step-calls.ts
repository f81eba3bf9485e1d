import type { TurnEvent } from "../../domain/events.ts";
import type { ModelEvent } from "../../domain/model.ts";
import { storable, storableJson } from "../../domain/text.ts";
import type { ToolCall } from "../../domain/tool.ts";
import { parsedArguments } from "./call-arguments.ts";

type OfType<Type extends ModelEvent["type"]> = Extract<ModelEvent, { readonly type: Type }>;

/** Reads the calls of a step: their ids unique in the turn and added to `takenIds`, their arguments parsed. */
export function callReader(takenIds: Set<string>, newId: () => string) {
  const calls: ToolCall[] = [];
  const callId = callNamer(takenIds, newId);
  /** What the provider wants back with each call, by our id of it. */
  const kept: Record<string, unknown> = {};
  return {
    delta: (event: OfType<"tool-input-delta">): TurnEvent => ({
      type: "tool-input-delta",
      callId: callId.of(event.callId),
      name: storable(event.name),
      text: storable(event.text),
    }),
    whole(event: OfType<"tool-call">): TurnEvent {
      const call = {
        callId: callId.of(event.callId),
        name: storable(event.name),
        input: parsedArguments(event.input),
      };
      calls.push(call);
      if (event.kept !== undefined) kept[call.callId] = storableJson(event.kept);
      callId.forget(event.callId);
      return { type: "tool-call", ...call };
    },
    all: (): readonly ToolCall[] => calls,
    /** Null: nothing is wanted back. */
    kept: (): Readonly<Record<string, unknown>> | null => (Object.keys(kept).length > 0 ? kept : null),
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
