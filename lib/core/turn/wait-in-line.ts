import { lookAtLine } from "../../db/line.ts";
import { findSessionWithAgents } from "../../db/session-agents.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { SessionWithAgents } from "../../domain/session.ts";
import type { Scope } from "../scope.ts";
import { type Bell, bellOf, lineTopic } from "../signals.ts";
import type { InLine } from "./session-line.ts";
import { takeOverRun } from "./take-over.ts";

/** Who waits, for what, and until when by the clock of the scope. */
export type Waiting = {
  readonly sessionId: string;
  readonly standing: InLine;
  readonly deadline: number;
  /** Aborts when the caller hangs up. */
  readonly signal?: AbortSignal;
};

/**
 * The session with its agents, once no turn runs in it and it is the caller's turn: of those who wait for one session,
 * in whichever process, each comes after those who came before.
 *
 * Throws "rate-limited" after the deadline and where ten wait already, "cancelled" for a caller who hangs up,
 * "draining" when the process goes, and "not-found".
 */
export async function whenFree(scope: Scope, waiting: Waiting): Promise<SessionWithAgents> {
  const { sessionId, standing, signal } = waiting;
  const bell = bellOf(scope.signals, [lineTopic(sessionId)]);
  signal?.addEventListener("abort", bell.ring, { once: true });
  try {
    if (!standing.isFirst()) await standing.takePlace();
    for (;;) {
      const place = standing.place();
      if (place !== null) await atTheHead(scope, waiting, place, bell);
      const known = await findSessionWithAgents(scope.database, scope.accountId, sessionId);
      if (!known) throw notFound("session", sessionId);
      const { runningRunId, isAwaited } = known.session;
      // Those with places come first, but for those who wait behind this one.
      if (runningRunId === null && (!isAwaited || place !== null)) return known;
      checkMayWait(scope, waiting);
      await standing.takePlace();
    }
  } finally {
    signal?.removeEventListener("abort", bell.ring);
    bell.end();
  }
}

/** Waits until nobody with an earlier place waits and no turn runs. */
async function atTheHead(scope: Scope, waiting: Waiting, place: bigint, bell: Bell): Promise<void> {
  const { sessionId, standing, deadline, signal } = waiting;
  for (;;) {
    const look = await lookAtLine(scope.database, { sessionId, accountId: scope.accountId, place });
    if (!look) throw notFound("session", sessionId);
    if (signal?.aborted) throw left();
    if (look.isThere && !look.isAhead && look.runningRunId === null) return;
    checkMayWait(scope, waiting);
    // This process was held up for so long that its places were given away.
    if (!look.isThere) return standing.takePlace(true);
    if (look.isLeaseOver && look.runningRunId !== null) {
      await takeOverRun(scope, scope.accountId, look.runningRunId);
    }
    await bell.rung(Math.max(0, Math.min(scope.signals.lookAfterMs(), deadline - scope.now() + 1)));
  }
}

/** Throws where the caller is to wait no longer. */
function checkMayWait(scope: Scope, { signal, deadline }: Waiting): void {
  if (signal?.aborted) throw left();
  if (scope.now() > deadline) {
    const message = "Other turns of this session took longer than a minute";
    throw new ChatError("rate-limited", message, { retryAfterSeconds: 5 });
  }
  if (scope.runner.isDraining()) throw draining();
}

const left = () => new ChatError("cancelled", "The caller left the line");

export const draining = (): ChatError =>
  new ChatError("draining", "The server restarts. Try again in a few seconds.", { retryAfterSeconds: 2 });
