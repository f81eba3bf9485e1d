import { requestStop } from "../../db/leases.ts";
import { findRunningRun } from "../../db/runs.ts";
import { findSession } from "../../db/sessions.ts";
import { notFound } from "../../domain/errors.ts";
import { isLast } from "../../domain/events.ts";
import type { Scope } from "../scope.ts";
import { stopTopic } from "../signals.ts";
import { stopped } from "./failure.ts";
import { follow } from "./follow.ts";
import { takeOver } from "./take-over.ts";

const WAIT_MS = 10_000;

/**
 * Stops the running turn of a session, in whichever process it runs, and waits until its model call is closed and what
 * it had said is stored.
 *
 * Gives whether a turn was running and is no longer: false also where its instance does not hear within `waitMs`. The
 * stop stays asked for then. Throws "not-found" for the session.
 */
export async function stopTurn(scope: Scope, sessionId: string, waitMs = WAIT_MS): Promise<boolean> {
  const session = await findSession(scope.database, scope.accountId, sessionId);
  if (!session) throw notFound("session", sessionId);
  const runId = session.runningRunId;
  if (runId === null) return false;

  const live = scope.runner.find(runId);
  if (live) {
    live.abort("stop", stopped());
    await live.ended;
    return true;
  }
  await requestStop(scope.database, runId);
  scope.signals.notify([stopTopic(runId)]);
  let hasEnded = false;
  for await (const { events } of follow(scope, runId, 0, AbortSignal.timeout(waitMs))) {
    hasEnded ||= events.some(isLast);
  }
  if (hasEnded) return true;
  // Its instance may hang: once its lease is over, whoever looks ends it.
  await takeOver(scope, "expired");
  return (await findRunningRun(scope.database, scope.accountId, sessionId)) !== runId;
}
