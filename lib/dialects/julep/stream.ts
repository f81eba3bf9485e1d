import { answerText } from "../../core/turn/answer-text.ts";
import { turnFailure } from "../../core/turn/failure.ts";
import type { Stretch } from "../../core/turn/follow.ts";
import { ChatError } from "../../domain/errors.ts";
import { isLast, type LastEvent, type TurnEvent } from "../../domain/events.ts";
import { type ChatExtras, encodeFinish, encodeHit, encodeUsage } from "./encode.ts";
import { errorBody } from "./errors.ts";
import { type EncodedCall, encodeCall } from "./tools.ts";

export type StreamOptions = {
  readonly runId: string;
  /** Whether somebody stopped the turn: what was said until then is then the answer. */
  readonly isStopped: () => boolean;
  readonly extras: ChatExtras;
};

/**
 * The frames of a chat: the contract, 3.6 and 4.4. One text for each stretch of events, several frames long.
 *
 * The first frame has the docs, with their vectors; all others have an empty list (`docs/decisions.md`). The last frame
 * has the usage and the calls; after a failure it is an `error` event.
 */
export async function* julepFrames(
  stretches: AsyncIterable<Stretch>,
  options: StreamOptions,
): AsyncGenerator<string, void> {
  const encode = eventEncoder(options);
  let hasEnded = false;
  for await (const { events } of stretches) {
    hasEnded ||= events.some(isLast);
    const frames = events.flatMap(encode);
    if (frames.length > 0) yield frames.join("");
  }
  if (!hasEnded) yield errorFrame(new ChatError("interrupted", "The answer was interrupted"));
}

const errorFrame = (error: ChatError): string => `event: error\ndata: ${JSON.stringify(errorBody(error))}\n\n`;

function eventEncoder({ runId, isStopped, extras }: StreamOptions): (event: TurnEvent) => string[] {
  let docs = extras.docs.map(encodeHit);
  let createdAt = new Date().toISOString();
  const calls: EncodedCall[] = [];
  const added = answerText();

  const chunk = (delta: { content?: string; tool_calls?: readonly EncodedCall[] }, last: LastEvent | null): string => {
    const choice = {
      index: 0,
      delta: {
        role: "assistant",
        content: delta.content ?? null,
        name: null,
        tool_call_id: null,
        tool_calls: delta.tool_calls ?? null,
        continue: null,
      },
      finish_reason: last ? encodeFinish(last) : "stop",
      logprobs: null,
      tool_calls: last && calls.length > 0 ? calls : null,
    };
    const usage = last ? encodeUsage(last.usage) : null;
    const data = { id: runId, created_at: createdAt, jobs: extras.jobs, docs, usage, choices: [choice] };
    // Told once: docs with their vectors may be a thousand times as long as the word that a frame is about.
    docs = [];
    return `data: ${JSON.stringify(data)}\n\n`;
  };

  return (event) => {
    const text = added(event);
    switch (event.type) {
      case "turn-start":
        createdAt = new Date(event.at).toISOString();
        return [];
      case "text-delta":
        return [chunk({ content: text }, null)];
      case "tool-call": {
        const call = encodeCall(event);
        calls.push(call);
        return [chunk({ tool_calls: [call] }, null)];
      }
      case "turn-end":
        return [chunk({ content: "" }, event)];
      case "turn-error":
        if (isStopped()) return [chunk({ content: "" }, event)];
        return [errorFrame(turnFailure(event))];
      case "step-start":
      case "reasoning-start":
      case "reasoning-delta":
      case "reasoning-end":
      case "text-start":
      case "text-end":
      case "tool-input-delta":
      case "step-end":
      case "tool-result":
      case "notice":
      case "provider-data":
        return [];
      default:
        event satisfies never;
        return [];
    }
  };
}
