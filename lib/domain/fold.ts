import type { TurnEvent, TurnMessage } from "./events.ts";
import type { Part } from "./message.ts";

/** Gathers events into the messages they will be stored as. */
export type Fold = {
  readonly add: (event: TurnEvent) => void;
  /** What has been produced so far, in the order it is stored: results follow the order of their calls. */
  readonly messages: () => TurnMessage[];
  /** Calls that have no result yet, in order. */
  readonly openCalls: () => { callId: string; name: string; input: unknown }[];
};

type Draft = {
  id: string;
  model: string;
  at: number;
  parts: Part[];
  /** What stands behind what was said. */
  aside: Part[];
  text: string[];
  isClosed: boolean;
};
type Step = { readonly draft: Draft; readonly results: Map<string, TurnMessage> };

/** Starts a fold. `add` is cheap: text is joined when it is asked for. */
export function fold(): Fold {
  const steps: Step[] = [];
  const early: Part[] = [];
  return {
    add: (event) => add(steps, early, event),
    messages: () => steps.flatMap(messagesOf),
    openCalls: () => steps.flatMap(({ draft, results }) => callsOf(draft).filter((call) => !results.has(call.callId))),
  };
}

/** Adds an event. `early` holds the notices that came before the provider has accepted the call that they are about. */
function add(steps: Step[], early: Part[], event: TurnEvent): void {
  switch (event.type) {
    case "step-start": {
      const { messageId: id, model, at } = event;
      const draft = { id, model, at, parts: [], aside: early.splice(0), text: [], isClosed: false };
      steps.push({ draft, results: new Map() });
      return;
    }
    case "reasoning-start":
      current(steps).parts.push({ type: "reasoning", text: "" });
      return;
    case "text-start":
      current(steps).parts.push(
        event.continues ? { type: "text", text: "", continues: true } : { type: "text", text: "" },
      );
      return;
    case "reasoning-delta":
    case "text-delta":
      current(steps).text.push(event.text);
      return;
    case "reasoning-end":
      endReasoning(current(steps), event.durationMs);
      return;
    case "text-end":
      settle(current(steps));
      if (event.wasThoughts) turnIntoThoughts(current(steps));
      return;
    case "tool-call":
      current(steps).parts.push({ type: "tool-call", callId: event.callId, name: event.name, input: event.input });
      return;
    case "notice": {
      const step = steps.at(-1);
      const aside = step && !step.draft.isClosed ? step.draft.aside : early;
      aside.push({ type: "notice", text: event.text });
      return;
    }
    case "provider-data":
      current(steps).aside.push(event);
      return;
    case "step-end": {
      const draft = current(steps);
      settle(draft);
      draft.isClosed = true;
      return;
    }
    case "tool-result":
      steps.at(-1)?.results.set(event.callId, resultMessage(event));
      return;
    case "turn-start":
    case "tool-input-delta":
    case "turn-end":
    case "turn-error":
      return;
    default:
      event satisfies never;
  }
}

function current(steps: readonly Step[]): Draft {
  const draft = steps.at(-1)?.draft;
  if (!draft) throw new Error("A block came before its step-start");
  return draft;
}

/** Writes the pieces that have come into the open text or reasoning part. */
function settle(draft: Draft): void {
  if (draft.text.length === 0) return;
  const part = draft.parts.at(-1);
  const added = draft.text.join("");
  draft.text = [];
  if (part?.type === "text" || part?.type === "reasoning") {
    draft.parts[draft.parts.length - 1] = { ...part, text: part.text + added };
  }
}

function turnIntoThoughts(draft: Draft): void {
  const part = draft.parts.at(-1);
  if (part?.type === "text") draft.parts[draft.parts.length - 1] = { type: "reasoning", text: part.text };
}

function endReasoning(draft: Draft, durationMs: number): void {
  settle(draft);
  const part = draft.parts.at(-1);
  if (part?.type === "reasoning") draft.parts[draft.parts.length - 1] = { ...part, durationMs };
}

const resultMessage = (event: Extract<TurnEvent, { type: "tool-result" }>): TurnMessage => {
  const { messageId, at, ...part } = event;
  return { id: messageId, role: "tool", parts: [part], model: null, at, isClosed: true };
};

const callsOf = (draft: Draft) =>
  draft.parts.flatMap((part) =>
    part.type === "tool-call" ? [{ callId: part.callId, name: part.name, input: part.input }] : [],
  );

/** A step as it is stored: what it said, then the results of its calls in their order. */
function messagesOf({ draft, results }: Step): TurnMessage[] {
  settle(draft);
  // A provider may open a block and put nothing in it.
  const parts = draft.parts.filter((part) => (part.type !== "text" && part.type !== "reasoning") || part.text !== "");
  const { id, model, at, aside, isClosed } = draft;
  const step: TurnMessage[] =
    parts.length > 0 ? [{ id, role: "assistant", parts: [...parts, ...aside], model, at, isClosed }] : [];
  return [...step, ...callsOf(draft).flatMap((call) => results.get(call.callId) ?? [])];
}

/** The messages that a list of events comes to. */
export function foldEvents(events: Iterable<TurnEvent>): TurnMessage[] {
  const { add, messages } = fold();
  for (const event of events) add(event);
  return messages();
}
