import type { Scope } from "../core/scope.ts";
import { turnFailure } from "../core/turn/failure.ts";
import { acceptance, endedTurn, followTaken, type Stretch } from "../core/turn/follow.ts";
import type { TakenTurn } from "../core/turn/taken-turn.ts";
import { ChatError } from "../domain/errors.ts";
import { isLast, type LastEvent, type TurnEvent } from "../domain/events.ts";
import { sseResponse } from "./sse.ts";

const ACCEPTANCE_MS = 30_000;

/** A turn that has ended, with all its events. */
export type WholeTurn = { readonly taken: TakenTurn; readonly events: readonly TurnEvent[]; readonly last: LastEvent };

type Some<Item> = readonly [Item, ...Item[]];

/** What an answer is told besides the events of its turns. */
export type AnswerHead = {
  /** The turn of the first choice. */
  readonly first: TakenTurn;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Whether somebody has stopped it. */
  readonly isStopped: () => boolean;
  /** Ends all turns of the answer. */
  readonly hangUp: () => void;
};

/** How a dialect answers turns that end with their caller. */
export type Answering = {
  readonly isStream: boolean;
  readonly status?: number;
  /** The frame that goes out before the model's first. */
  readonly firstFrame?: string;
  /** Whether what was said until somebody stopped the turn is an answer. */
  readonly stopIsAnswer?: boolean;
  readonly frames: (turns: Some<AsyncIterable<Stretch>>, head: AnswerHead) => AsyncGenerator<string, void>;
  readonly json: (turns: Some<WholeTurn>, head: AnswerHead) => Response | Promise<Response>;
  readonly failure: (error: ChatError) => Response;
};

/**
 * Answers a call with the turns of its choices: as a stream once the provider has accepted them all, or as one JSON when
 * they have ended. A failure before that is an error with its status, and ends the other choices. Who hangs up ends them.
 */
export async function answerTurn(
  scope: Scope,
  taken: readonly TakenTurn[],
  request: Request,
  answering: Answering,
): Promise<Response> {
  const [first, ...others] = taken;
  if (!first) throw new ChatError("internal", "An answer without a turn");
  const hangUp = hangUpWith(request, taken);
  const isStopped = () => first.live?.abortCause === "stop";
  const isAnswer = (last: LastEvent) => last.type === "turn-end" || (answering.stopIsAnswer === true && isStopped());
  const headOf = (events: readonly TurnEvent[]): AnswerHead => ({
    first,
    startedAt: startedAt(scope, events),
    isStopped,
    hangUp,
  });
  const stream = (events: readonly TurnEvent[]) => {
    const turns: Some<AsyncIterable<Stretch>> = [
      followTaken(scope, first),
      ...others.map((turn) => followTaken(scope, turn)),
    ];
    const { status, firstFrame } = answering;
    return sseResponse(answering.frames(turns, headOf(events)), { status, first: firstFrame, onLeave: hangUp });
  };

  const lives = taken.flatMap(({ live }) => live ?? []);
  if (answering.isStream && lives.length === taken.length) {
    await Promise.all(lives.map((live) => acceptance(live, ACCEPTANCE_MS)));
    const ends = lives.flatMap((live) => live.events.findLast(isLast) ?? []);
    if (ends.every(isAnswer)) return stream(lives[0]?.events ?? []);
  }
  const turns = await Promise.all([
    wholeTurn(scope, first, hangUp),
    ...others.map((turn) => wholeTurn(scope, turn, hangUp)),
  ]);
  const failed = turns.filter(({ last }) => !isAnswer(last));
  if (failed.length > 0) return failureOf(failed, answering);
  const [{ events }] = turns;
  return answering.isStream ? stream(events) : answering.json(turns, headOf(events));
}

/** The failure of the turn that failed first, not of those that were ended with it. */
function failureOf(failed: readonly WholeTurn[], { failure }: Answering): Response {
  const one = failed.find(({ last }) => last.type === "turn-error" && last.code !== "cancelled") ?? failed[0];
  if (one?.last.type !== "turn-error") throw new ChatError("internal", "A turn without an end");
  const response = failure(turnFailure(one.last));
  // What the provider accepted may have been billed, and may be stored: the client is not to repeat it.
  if (failed.some(({ events }) => events.some((event) => event.type === "step-start"))) dontRetry(response);
  return response;
}

/** Tells the official clients, which repeat 409 and 5xx, to let it be. */
const dontRetry = (response: Response): void => response.headers.set("x-should-retry", "false");

async function wholeTurn(scope: Scope, taken: TakenTurn, onFailure: () => void): Promise<WholeTurn> {
  const events = await endedTurn(followTaken(scope, taken));
  const last = events.findLast(isLast) ?? interrupted(events);
  if (last.type === "turn-error") onFailure();
  return { taken, events, last };
}

/** The end of a turn whose end nobody knows. */
const interrupted = (events: readonly TurnEvent[]): LastEvent => ({
  type: "turn-error",
  status: "interrupted",
  code: "interrupted",
  message: "The answer was interrupted",
  usage: { inputTokens: null, outputTokens: null, isEstimated: true },
  durationMs: 0,
  steps: events.filter((event) => event.type === "step-start").length,
  model: null,
});

function startedAt({ now }: Scope, events: readonly TurnEvent[]): number {
  const start = events.find((event) => event.type === "turn-start");
  return start?.at ?? now();
}

/** Ends turns when their caller hangs up. Gives what ends them, for an answer that is left later. */
function hangUpWith({ signal }: Request, taken: readonly TakenTurn[]): () => void {
  const hangUp = () => {
    // Who repeats a request has not begun its turn, and does not end it.
    for (const { prepared, live } of taken) {
      if (prepared) live?.abort("hang-up", new ChatError("cancelled", "The caller hung up"));
    }
  };
  if (signal.aborted) hangUp();
  else signal.addEventListener("abort", hangUp, { once: true });
  return hangUp;
}
