import type { TurnEvent } from "../../domain/events.ts";
import { fold } from "../../domain/fold.ts";
import type { FinishReason } from "../../domain/model.ts";
import type { ToolCall } from "../../domain/tool.ts";
import { promptLine } from "../render/line.ts";
import type { Resume } from "./run-turn.ts";

const INTERRUPTED = { error: "interrupted: it may have run, and is not run twice" };

/** What the events of a turn have come to. */
type Past = {
  /** The block that is open. */
  block: "text" | "reasoning" | null;
  isStepOpen: boolean;
  /** Whether the last text has not been ended by the model. */
  isTextOpen: boolean;
  finishReason: FinishReason | null;
  steps: number;
  startedAt: number | null;
  lastAt: number;
  /** What the last step has said. */
  texts: string[];
  /** So many of them came before the text that is open. */
  textsBefore: number;
  /** The calls of each step. */
  readonly calls: ToolCall[][];
  readonly usage: { inputTokens: number; outputTokens: number; isEstimated: boolean };
};

function pastOf(events: readonly TurnEvent[]): Past {
  const past: Past = {
    block: null,
    isStepOpen: false,
    isTextOpen: false,
    finishReason: null,
    steps: 0,
    startedAt: null,
    lastAt: 0,
    texts: [],
    textsBefore: 0,
    calls: [],
    usage: { inputTokens: 0, outputTokens: 0, isEstimated: false },
  };
  for (const event of events) note(past, event);
  return past;
}

function note(past: Past, event: TurnEvent): void {
  if ("at" in event) {
    past.startedAt ??= event.at;
    past.lastAt = event.at;
  }
  switch (event.type) {
    case "step-start":
      past.steps++;
      past.texts = [];
      past.calls.push([]);
      past.isStepOpen = true;
      past.isTextOpen = false;
      break;
    case "text-start":
      past.block = "text";
      past.textsBefore = past.texts.length;
      past.isTextOpen = true;
      break;
    case "reasoning-start":
      past.block = "reasoning";
      break;
    case "text-end":
      if (event.wasThoughts) {
        past.texts.length = past.textsBefore;
        past.isTextOpen = false;
      }
      past.block = null;
      break;
    case "reasoning-end":
      past.block = null;
      break;
    case "text-delta":
      past.texts.push(event.text);
      break;
    case "tool-call":
      past.isTextOpen = false;
      past.calls.at(-1)?.push(event);
      break;
    case "step-end": {
      const { inputTokens, outputTokens } = event.usage;
      past.isStepOpen = false;
      past.finishReason = event.finishReason;
      // A step that ended without a reason was cut.
      if (event.finishReason !== null) past.isTextOpen = false;
      past.usage.isEstimated ||= inputTokens === null || outputTokens === null;
      past.usage.inputTokens += inputTokens ?? 0;
      past.usage.outputTokens += outputTokens ?? 0;
      break;
    }
    default:
  }
}

type Making = { readonly newId: () => string; readonly now: () => number };

/** What closes what is open, in order. */
function closingOf(
  { block, isStepOpen }: Past,
  unanswered: readonly Pick<ToolCall, "callId" | "name">[],
  { newId, now }: Making,
): TurnEvent[] {
  const closing: TurnEvent[] = [];
  if (block === "text") closing.push({ type: "text-end" });
  if (block === "reasoning") closing.push({ type: "reasoning-end", durationMs: 0 });
  if (isStepOpen) {
    closing.push({ type: "step-end", finishReason: null, usage: { inputTokens: null, outputTokens: null } });
  }
  for (const { callId, name } of unanswered) {
    const result = { callId, name, output: INTERRUPTED, isError: true, cut: "interrupted" as const, durationMs: 0 };
    closing.push({ type: "tool-result", messageId: newId(), at: now(), ...result });
  }
  return closing;
}

/**
 * Where a turn stands that another process has left, from the events it wrote.
 *
 * What is open is closed and kept; nothing that a reader has seen is taken back. Arguments that had not come whole are
 * dropped, a call that was announced and has no result is answered as interrupted, as long as it is not the caller's.
 */
export function resumeFrom(events: readonly TurnEvent[], making: Making): Resume {
  const state = fold();
  for (const event of events) state.add(event);
  const past = pastOf(events);
  const unanswered = state.openCalls();
  const closing = closingOf(past, unanswered, making);
  for (const event of closing) state.add(event);

  const { isStepOpen, isTextOpen, finishReason, steps, startedAt, lastAt, calls, usage } = past;
  const messages = state.messages();
  const last = messages.at(-1);
  const hasEnded = !isStepOpen && !isTextOpen && last?.role === "assistant";
  const isDone = hasEnded && !last.parts.some((part) => part.type === "tool-call");
  const line = messages.map((message) => ({ ...message, name: null }));
  return {
    closing,
    unanswered,
    said: promptLine([], line, true).fresh,
    // A step that broke off before it called anything is asked again, or gone on with: it is the same step.
    steps: isStepOpen && (calls.at(-1)?.length ?? 0) === 0 ? steps - 1 : steps,
    usage,
    broken: isStepOpen ? past.texts.join("") : null,
    spentMs: startedAt === null ? 0 : lastAt - startedAt,
    calls,
    callIds: messages.flatMap((message) =>
      message.parts.flatMap((part) => (part.type === "tool-call" ? [part.callId] : [])),
    ),
    isTextOpen: isTextOpen && last?.role === "assistant",
    doneFor: isDone ? (finishReason === "length" || finishReason === "content-filter" ? finishReason : "stop") : null,
  };
}
