import type { Scope } from "../core/scope.ts";
import { turnFailure } from "../core/turn/failure.ts";
import { acceptance, endedTurn } from "../core/turn/follow.ts";
import { sessionOfRun } from "../core/turn/history.ts";
import type { TakenTurn } from "../core/turn/take-turn.ts";
import {
  assistantsFailure,
  type CompletionBody,
  completionFrames,
  encodeCompletion,
} from "../dialects/assistants/index.ts";
import { ChatError } from "../domain/errors.ts";
import { isLast, type LastEvent, type TurnEvent } from "../domain/events.ts";
import { hangUpWith, turnOf } from "./request-turn.ts";
import { sseResponse } from "./sse.ts";

const ACCEPTANCE_MS = 30_000;

type Asked = { readonly model: string; readonly body: CompletionBody; readonly request: Request };

/**
 * Answers an assistants call with the turns of its choices: as a stream once the provider has accepted them all, or as
 * one JSON when they have ended. A failure before that is an error with its status, and ends the other choices.
 */
export async function answerCompletion(
  scope: Scope,
  taken: readonly TakenTurn[],
  { model, body, request }: Asked,
): Promise<Response> {
  const [first] = taken;
  if (!first) throw new ChatError("internal", "A completion without a choice");
  const leavers = taken.map((turn) => hangUpWith(request, turn));
  const hangUp = () => {
    for (const leave of leavers) leave();
  };
  const head = async (events: readonly TurnEvent[]) => ({
    runId: first.runId,
    at: startedAt(events),
    model,
    // A session that was made elsewhere, for an earlier request of which this is a repeat, is known at its end.
    sessionId: first.sessionId ?? (body.create_session ? await sessionOfRun(scope, first.runId) : null),
    docs: first.docs,
  });
  const stream = async (events: readonly TurnEvent[]) => {
    const withUsage = body.stream_options?.include_usage ?? false;
    const turns = taken.map((turn) => turnOf(scope, turn));
    const frames = completionFrames(turns, { ...(await head(events)), withUsage, onFailure: hangUp });
    return sseResponse(frames, { onLeave: hangUp });
  };

  const lives = taken.flatMap(({ live }) => live ?? []);
  if (body.stream && lives.length === taken.length) {
    await Promise.all(lives.map((live) => acceptance(live, ACCEPTANCE_MS)));
    const hasFailed = lives.some((live) => live.events.some((event) => event.type === "turn-error"));
    if (!hasFailed) return stream(lives[0]?.events ?? []);
  }
  const turns = await Promise.all(taken.map((turn) => wholeTurn(scope, turn, hangUp)));
  const failure = failureOf(turns);
  if (failure) return failure;
  const events = turns[0]?.events ?? [];
  if (body.stream) return stream(events);
  const choices = turns.flatMap(({ events, last }) => (last.type === "turn-end" ? [{ events, last }] : []));
  const isEstimated = choices.some(({ last }) => last.usage.isEstimated);
  const headers = isEstimated ? { "x-usage-estimated": "true" } : undefined;
  return Response.json(encodeCompletion(await head(events), choices), { headers });
}

type WholeTurn = { readonly events: readonly TurnEvent[]; readonly last: LastEvent };

async function wholeTurn(scope: Scope, turn: TakenTurn, onFailure: () => void): Promise<WholeTurn> {
  const events = await endedTurn(turnOf(scope, turn));
  const last = events.findLast(isLast);
  if (!last) throw new ChatError("interrupted", "The answer was interrupted");
  if (last.type === "turn-error") onFailure();
  return { events, last };
}

/** The answer to a call of which a choice has failed: for the one that did, not for those that were ended with it. */
function failureOf(turns: readonly WholeTurn[]): Response | null {
  const failures = turns.flatMap(({ events, last }) => (last.type === "turn-error" ? [{ events, last }] : []));
  const failed = failures.find(({ last }) => last.code !== "cancelled") ?? failures[0];
  if (!failed) return null;
  const response = assistantsFailure(turnFailure(failed.last));
  // What the provider accepted may have been billed: the client is not to repeat it.
  if (failed.events.some((event) => event.type === "step-start")) response.headers.set("x-should-retry", "false");
  return response;
}

function startedAt(events: readonly TurnEvent[]): number {
  const start = events.find((event) => event.type === "turn-start");
  return start?.at ?? Date.now();
}
