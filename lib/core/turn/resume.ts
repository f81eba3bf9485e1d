import type { TurnEvent } from "../../domain/events.ts";
import { fold } from "../../domain/fold.ts";
import type { FinishReason } from "../../domain/model.ts";
import type { ToolCall } from "../../domain/tool.ts";
import { promptLine } from "../render/line.ts";
import type { Resume } from "./run-turn.ts";

const INTERRUPTED = { error: "interrupted: it may have run, and is not run twice" };

/**
 * Where a turn stands that another process has left, from the events it wrote.
 *
 * What is open is closed and kept; nothing that a reader has seen is taken back. Arguments that had not come whole are
 * dropped, a call that was announced and has no result is answered as interrupted.
 */
export function resumeFrom(
  events: readonly TurnEvent[],
  { newId, now }: { readonly newId: () => string; readonly now: () => number },
): Resume {
  const state = fold();
  let block: "text" | "reasoning" | null = null;
  let isStepOpen = false;
  let isTextOpen = false;
  let finishReason: FinishReason | null = null;
  let steps = 0;
  let startedAt: number | null = null;
  let lastAt = 0;
  const broken: string[] = [];
  const calls: ToolCall[][] = [];
  let inputTokens = 0;
  let outputTokens = 0;
  let isEstimated = false;
  for (const event of events) {
    state.add(event);
    if ("at" in event) {
      startedAt ??= event.at;
      lastAt = event.at;
    }
    switch (event.type) {
      case "step-start":
        steps++;
        broken.length = 0;
        calls.push([]);
        isStepOpen = true;
        isTextOpen = false;
        break;
      case "text-start":
        block = "text";
        isTextOpen = true;
        break;
      case "reasoning-start":
        block = "reasoning";
        break;
      case "text-end":
      case "reasoning-end":
        block = null;
        break;
      case "text-delta":
        broken.push(event.text);
        break;
      case "tool-call":
        isTextOpen = false;
        calls.at(-1)?.push(event);
        break;
      case "step-end":
        isStepOpen = false;
        finishReason = event.finishReason;
        // A step that ended without a reason was cut.
        if (event.finishReason !== null) isTextOpen = false;
        isEstimated ||= event.usage.inputTokens === null || event.usage.outputTokens === null;
        inputTokens += event.usage.inputTokens ?? 0;
        outputTokens += event.usage.outputTokens ?? 0;
        break;
      default:
    }
  }

  const unanswered = state.openCalls();
  const closing: TurnEvent[] = [];
  if (block === "text") closing.push({ type: "text-end" });
  if (block === "reasoning") closing.push({ type: "reasoning-end", durationMs: 0 });
  if (isStepOpen) {
    closing.push({ type: "step-end", finishReason: null, usage: { inputTokens: null, outputTokens: null } });
  }
  for (const { callId, name } of unanswered) {
    const result = { callId, name, output: INTERRUPTED, isError: true, durationMs: 0 };
    closing.push({ type: "tool-result", messageId: newId(), at: now(), ...result });
  }
  for (const event of closing) state.add(event);

  const messages = state.messages();
  const last = messages.at(-1);
  const hasEnded = !isStepOpen && !isTextOpen && last?.role === "assistant";
  const isDone = hasEnded && !last.parts.some((part) => part.type === "tool-call");
  return {
    closing,
    said: promptLine(
      [],
      messages.map((message) => ({ ...message, name: null })),
      true,
    ).fresh,
    // A step that broke off before it called anything is asked again, or gone on with: it is the same step.
    steps: isStepOpen && (calls.at(-1)?.length ?? 0) === 0 ? steps - 1 : steps,
    usage: { inputTokens, outputTokens, isEstimated },
    broken: isStepOpen ? broken.join("") : null,
    spentMs: startedAt === null ? 0 : lastAt - startedAt,
    calls,
    callIds: messages.flatMap((message) =>
      message.parts.flatMap((part) => (part.type === "tool-call" ? [part.callId] : [])),
    ),
    isTextOpen: isTextOpen && last?.role === "assistant",
    doneFor: isDone ? (finishReason === "length" || finishReason === "content-filter" ? finishReason : "stop") : null,
  };
}
