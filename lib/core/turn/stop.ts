import { requestStop } from "../../db/leases.ts";
import { findSession } from "../../db/sessions.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { Scope } from "../scope.ts";
import { follow } from "./follow.ts";

const WAIT_MS = 10_000;

/**
 * Stops the running turn of a session, in whichever process it runs, and waits until its model call is closed and what
 * it had said is stored.
 *
 * Gives false when no turn was running. Throws "not-found" for the session.
 */
export async function stopTurn(scope: Scope, sessionId: string): Promise<boolean> {
  const session = await findSession(scope.database, scope.accountId, sessionId);
  if (!session) throw notFound("session", sessionId);
  const runId = session.runningRunId;
  if (runId === null) return false;

  const live = scope.runner.find(runId);
  if (live) {
    live.abort("stop", new ChatError("cancelled", "cancelled"));
    await live.ended;
    return true;
  }
  await requestStop(scope.database, runId);
  for await (const _ of follow(scope, runId, 0, AbortSignal.timeout(WAIT_MS))) {
    // Only its end matters.
  }
  return true;
}
