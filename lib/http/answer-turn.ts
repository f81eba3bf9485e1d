import type { Scope } from "../core/scope.ts";
import { turnFailure } from "../core/turn/failure.ts";
import { acceptance, endedTurn, followTaken } from "../core/turn/follow.ts";
import { takeAll } from "../core/turn/take-turn.ts";
import type { TakenTurn } from "../core/turn/taken-turn.ts";
import type { AnswerHead, Answering, Running, Surface, Whole, WholeTurn } from "../dialects/dialect.ts";
import { ChatError } from "../domain/errors.ts";
import { isLast, type LastEvent, type TurnEvent } from "../domain/events.ts";
import { json } from "./json.ts";
import { repeatable, requestKey } from "./request-key.ts";
import { sseResponse } from "./sse.ts";

const ACCEPTANCE_MS = 30_000;

/** What answers calls that run turns: all of a dialect that is needed here. */
type Answerer<Asked> = Answering<Asked> & Pick<Surface, "failure">;

/**
 * Runs the turns that a call asks for and answers it: as a stream, or as one JSON when they have ended. A stream begins
 * as the dialect says: at once, or when the provider has accepted all turns. A failure before that is an error with its
 * status, and ends the other choices. A caller that hangs up ends those turns that end with their caller.
 *
 * Throws what `takeTurn` throws, and "invalid" for an Idempotency-Key that is none.
 */
export async function answerTurn<Asked>(
  scope: Scope,
  request: Request,
  dialect: Answerer<Asked>,
  asked: Asked,
): Promise<Response> {
  const calls = repeatable(dialect.decode(asked), requestKey(request));
  const taken = await takeAll(
    scope,
    calls.map((call) => ({ ...call, signal: request.signal })),
  );
  return answerTaken(scope, request, dialect, asked, taken);
}

async function answerTaken<Asked>(
  scope: Scope,
  request: Request,
  dialect: Answerer<Asked>,
  asked: Asked,
  taken: readonly TakenTurn[],
): Promise<Response> {
  const [first, ...others] = taken;
  if (!first) throw new ChatError("internal", "An answer without a turn");
  const hangUp = hangUpWith(request, taken);
  const isStopped = () => first.live?.abortCause === "stop";
  const isAnswer = (last: LastEvent) => last.type === "turn-end" || (dialect.stopIsAnswer === true && isStopped());
  const headOf = (events: readonly TurnEvent[]): AnswerHead => {
    return { scope, first, startedAt: startedAt(scope, events), isStopped, hangUp: () => endTurns(taken) };
  };
  const stream = (events: readonly TurnEvent[], whole: Whole | null) => {
    const head = headOf(events);
    const turns: Running = [followTaken(scope, first), ...others.map((turn) => followTaken(scope, turn))];
    const { status, firstFrame, headers } = dialect;
    const told = { status, first: firstFrame, headers: headers?.(head, whole), onLeave: hangUp };
    return sseResponse(dialect.frames(turns, head, asked), { ...told, isStillIn: scope.isStillIn });
  };

  const isStream = dialect.isStream(asked);
  if (isStream && dialect.begins === "at-once") return stream([], null);
  const lives = taken.flatMap(({ live }) => live ?? []);
  if (isStream && lives.length === taken.length) {
    await Promise.all(lives.map((live) => acceptance(live, ACCEPTANCE_MS)));
    const ends = lives.flatMap((live) => live.events.findLast(isLast) ?? []);
    if (ends.every(isAnswer)) return stream(lives[0]?.events ?? [], null);
  }
  const turns: Whole = await allWhole(scope, first, others, () => endTurns(taken));
  const failed = turns.filter(({ last }) => !isAnswer(last));
  if (failed.length > 0) return failureOf(failed, dialect);
  const [{ events }] = turns;
  return isStream ? stream(events, turns) : whole(dialect, turns, headOf(events), asked);
}

async function whole<Asked>(dialect: Answerer<Asked>, turns: Whole, head: AnswerHead, asked: Asked): Promise<Response> {
  const { answer, headers, status } = dialect;
  if (answer === null) throw new ChatError("internal", "A dialect of streams was asked for one JSON");
  return json(await answer(turns, head, asked), { status, headers: headers?.(head, turns) });
}

/** The failure of the turn that failed first, not of those that were ended with it. */
function failureOf(failed: readonly WholeTurn[], { failure }: Pick<Surface, "failure">): Response {
  const one = failed.find(({ last }) => last.type === "turn-error" && last.code !== "cancelled") ?? failed[0];
  if (one?.last.type !== "turn-error") throw new ChatError("internal", "A turn without an end");
  const response = failure(turnFailure(one.last));
  // What the provider accepted may have been billed, and may be stored; a session that was deleted stays so.
  const isFinal =
    one.last.code === "not-found" || failed.some(({ events }) => events.some(({ type }) => type === "step-start"));
  // The official clients repeat 409 and 5xx unless they are told to let it be.
  if (isFinal) response.headers.set("x-should-retry", "false");
  return response;
}

const allWhole = async (
  scope: Scope,
  first: TakenTurn,
  others: readonly TakenTurn[],
  onFailure: () => void,
): Promise<Whole> =>
  Promise.all([wholeTurn(scope, first, onFailure), ...others.map((turn) => wholeTurn(scope, turn, onFailure))]);

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

/** Ends turns. Who repeats a request has not begun its turn, and does not end it. */
function endTurns(taken: readonly TakenTurn[]): void {
  for (const { prepared, live } of taken) {
    if (prepared) live?.abort("hang-up", new ChatError("cancelled", "The caller hung up"));
  }
}

/**
 * Ends those turns when their caller hangs up that end with it. Gives what ends them, for an answer that is left later.
 */
function hangUpWith({ signal }: Request, taken: readonly TakenTurn[]): () => void {
  const hangUp = () => endTurns(taken.filter(({ live }) => live?.onHangUp === "cancel"));
  if (signal.aborted) hangUp();
  else signal.addEventListener("abort", hangUp, { once: true });
  return hangUp;
}
