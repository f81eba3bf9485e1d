import { sourcesOfResult } from "../../core/knowledge/retrieved.ts";
import type { Stretch } from "../../core/turn/follow.ts";
import { isLast, type LastEvent, type TurnEvent } from "../../domain/events.ts";
import { exactValue } from "../../domain/exact-numbers.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { RunAgent } from "../../domain/run.ts";
import type { Recalled, Source } from "../../domain/source.ts";
import type { SessionEvent } from "./answers.ts";
import { asObject, encodeMessage, encodeSources, estimatedTokens, noticeIds, pictureIn, stopFields } from "./encode.ts";

export type StreamOptions = {
  readonly runId: string;
  readonly input: readonly NewMessage[];
  /** Frames of events up to this number are left out; from 0 on the input comes first. */
  readonly after: number;
  /**
   * What that event was, as the reader had it: see `placeOf`. Where the turn has gone another way since, it is told
   * from its beginning. Null: nobody has said.
   */
  readonly at?: string | null;
  /** Whether events carry their ids and frames an `id:` line with the event's number. */
  readonly withIds: boolean;
  readonly skippedIndexIds: readonly string[];
  /** Who answers; null once it is deleted. */
  readonly agent: RunAgent | null;
  /** What was recalled for the turn. Absent: nothing was. */
  readonly recalled?: Recalled;
  /** Which pieces of sources are gone with their documents, asked at the end of the turn. Absent: none are. */
  readonly goneOf?: (sources: readonly Source[]) => Promise<ReadonlySet<string>>;
};

/**
 * The frames of a turn: the contract, 6.1 and 6.2. One text for each stretch of events, several frames long.
 *
 * `stretches` must begin with the run's first event, since a block's whole text is told at its end.
 */
export async function* llamacloudFrames(
  stretches: AsyncIterable<Stretch>,
  options: StreamOptions,
): AsyncGenerator<string, void> {
  const { runId, input, after, at = null, withIds } = options;
  const frame = (event: SessionEvent, seq: number) =>
    `${withIds ? `id: ${seq}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
  // Of what a caller said: what it asked, and how it answered calls.
  const asked = input
    .filter(({ role }) => role === "user" || role === "tool")
    .flatMap((message) => exactValue(encodeMessage(message, runId, withIds)).map((event) => frame(event, 0)));
  if (after === 0 && asked.length > 0) yield asked.join("");
  const gone = new Set<string>();
  const encode = eventEncoder({ ...options, gone });
  const looked: Source[] = [];
  // What the reader has, until it is known to be what there is.
  let held: string[] | null = after > 0 && at !== null ? asked : null;
  for await (const { from, events } of stretches) {
    const frames: string[] = [];
    looked.push(...events.flatMap((event) => (event.type === "tool-result" ? sourcesOfResult(event) : [])));
    if (events.some(isLast)) for (const id of (await options.goneOf?.(looked)) ?? []) gone.add(id);
    for (const [n, event] of events.entries()) {
      const seq = from + n;
      const encoded = encode(event);
      const told = encoded.map((one) => frame(one, seq));
      if (seq > after && held === null) frames.push(...told);
      held?.push(...told);
      if (held === null || (seq < after && !isLast(event))) continue;
      if (seq !== after || placeOf(encoded.at(-1)) !== at) frames.push(...held);
      held = null;
    }
    if (frames.length > 0) yield frames.join("");
  }
}

/** What tells an event of a turn from another one of the same number: its type and its id. */
const placeOf = (event: SessionEvent | undefined): string | null => (event ? `${event.type}:${event.event_id}` : null);

type EncoderOptions = Pick<StreamOptions, "runId" | "withIds" | "skippedIndexIds" | "agent" | "recalled"> & {
  /** Pieces that are no sources any more, known when the turn has ended. */
  readonly gone?: ReadonlySet<string>;
};

/** Tells the events of one turn, from its first on: what is on the wire for each. */
export function eventEncoder(options: EncoderOptions): (event: TurnEvent) => SessionEvent[] {
  const { runId, withIds, recalled, gone } = options;
  const message = messageEncoder(runId, withIds);
  let notices = 0;
  const looked: Source[] = [];

  return (event) => {
    switch (event.type) {
      case "turn-start":
      case "step-end":
      case "provider-data":
      case "reasoning-start":
        return [];
      case "notice":
        if (!withIds) return [];
        return [{ type: "notice", content: event.text, ...noticeIds(runId, notices++, new Date()) }];
      case "step-start":
        message.start(event.messageId, event.at);
        return [];
      case "text-start":
        message.startText(event.continues === true);
        return [];
      case "reasoning-delta":
        return message.thoughtsDelta(event.text);
      case "text-delta":
        return message.textDelta(event.text);
      case "reasoning-end":
        return message.endThoughts(event.durationMs);
      case "text-end":
        return message.endText(event.wasThoughts === true);
      case "tool-input-delta":
        return withIds ? message.inputDelta(event) : [];
      case "tool-call":
        return message.call(event);
      case "tool-result":
        looked.push(...sourcesOfResult(event));
        return [toolResult(event, runId, withIds)];
      case "turn-end":
      case "turn-error":
        return [stop(event, options, encodeSources(recalled, looked, gone))];
      default:
        event satisfies never;
        return [];
    }
  };
}

type OfType<Type extends TurnEvent["type"]> = Extract<TurnEvent, { readonly type: Type }>;

/** Tells the parts of one message after the other: each as it grows, and the whole of it at its end. */
function messageEncoder(runId: string, withIds: boolean) {
  let message = { id: "", at: 0, parts: 0 };
  /** What has come of the part that is open. */
  let text: string[] = [];
  let continues: { continues?: true } = {};
  const here = () => (withIds ? idsOf(runId, message.id, message.parts, message.at) : {});
  const closed = (event: SessionEvent): SessionEvent[] => {
    message.parts++;
    text = [];
    return [event];
  };

  return {
    start(id: string, at: number): void {
      message = { id, at, parts: 0 };
    },
    startText(goesOn: boolean): void {
      continues = withIds && goesOn ? { continues: true } : {};
    },
    thoughtsDelta(words: string): SessionEvent[] {
      text.push(words);
      return [{ type: "thinking_delta", content: words, ...here() }];
    },
    textDelta(words: string): SessionEvent[] {
      text.push(words);
      return [{ type: "text_delta", content: words, ...continues, ...here() }];
    },
    endThoughts(durationMs: number): SessionEvent[] {
      if (text.length === 0) return [];
      const took = withIds ? { duration_ms: durationMs } : {};
      return closed({ type: "thinking", content: text.join(""), ...took, ...here() });
    },
    /** `wasThoughts`: it has turned out to be none of what is said. */
    endText(wasThoughts: boolean): SessionEvent[] {
      if (text.length === 0) return [];
      if (wasThoughts) return closed({ type: "thinking", content: text.join(""), ...here() });
      return closed({ type: "text", content: text.join(""), ...continues, ...here() });
    },
    inputDelta: ({ callId, name, text: delta }: OfType<"tool-input-delta">): SessionEvent[] => [
      { type: "tool_call_delta", call_id: callId, name, delta, ...here() },
    ],
    call: ({ callId, name, input }: OfType<"tool-call">): SessionEvent[] =>
      closed({ type: "tool_call", call_id: callId, name, arguments: exactValue(asObject(input)), ...here() }),
  };
}

/** Where an event of a turn stands; `at`: when its message began, in ms since 1970. */
const idsOf = (runId: string, messageId: string, part: number, at: number) => ({
  event_id: `${messageId}.${part}`,
  message_id: messageId,
  run_id: runId,
  created_at: new Date(at).toISOString(),
});

/** A result is a message of its own. */
function toolResult(event: OfType<"tool-result">, runId: string, withIds: boolean): SessionEvent {
  return {
    type: "tool_result",
    call_id: event.callId,
    name: event.name,
    result: exactValue(event.output),
    ...pictureIn(event),
    ...(withIds
      ? {
          is_error: event.isError,
          cut: event.cut,
          duration_ms: event.durationMs,
          ...idsOf(runId, event.messageId, 0, event.at),
        }
      : {}),
  };
}

type StopOptions = Pick<StreamOptions, "runId" | "withIds" | "skippedIndexIds" | "agent">;

function stop(
  event: LastEvent,
  { runId, withIds, skippedIndexIds: skipped, agent }: StopOptions,
  sources: ReturnType<typeof encodeSources>,
): SessionEvent {
  const status = event.type === "turn-end" ? "completed" : event.status;
  const error = event.type === "turn-end" ? null : { code: event.code, message: event.message };
  const { usage, durationMs, steps } = event;
  const pending = event.type === "turn-end" ? event.pendingCallIds : [];
  const limit = event.type === "turn-end" ? event.limit : undefined;
  return {
    type: "stop",
    ...stopFields({ status, error, usage, durationMs: Math.round(durationMs), steps }),
    ...(pending.length > 0 ? { pending_call_ids: pending } : {}),
    ...(limit === undefined ? {} : { limit }),
    ...(skipped.length > 0 ? { skipped_index_ids: skipped } : {}),
    ...(withIds
      ? {
          status,
          model: event.model,
          agent,
          finish_reason: event.type === "turn-end" ? event.finishReason : null,
          ...estimatedTokens(usage),
          ...sources,
          event_id: `${runId}.stop`,
          run_id: runId,
          created_at: new Date().toISOString(),
        }
      : {}),
  };
}
