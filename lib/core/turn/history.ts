import { readHistory, readRunInput } from "../../db/history.ts";
import * as db from "../../db/runs.ts";
import { notFound } from "../../domain/errors.ts";
import type { TurnMessage } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { Run, RunAgent } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import type { Scope } from "../scope.ts";

export type History = {
  /** The committed messages, oldest first. */
  readonly line: readonly Message[];
  /** So many messages are there, of which `line` may be a part. */
  readonly count: number;
  /** The runs that wrote them, by id. */
  readonly runs: ReadonlyMap<string, Run>;
  /** The ids of the messages that a summary stands for. */
  readonly coveredIds: readonly string[];
  /** The turn that runs now: what was asked, and what it has said so far. */
  readonly running: {
    readonly runId: string;
    readonly input: readonly NewMessage[];
    readonly messages: readonly TurnMessage[];
  } | null;
};

/**
 * A session's history, with the work in progress, as it was at one moment: all of it, or so many messages of some sources
 * from `offset` on. Throws "not-found" for a session that was deleted since it was read.
 */
export async function getHistory(
  scope: Scope,
  session: Session,
  page: { readonly sources?: readonly string[]; readonly offset?: number; readonly limit?: number } = {},
): Promise<History> {
  const found = await readHistory(scope.database, scope.accountId, session.id, {
    sources: page.sources ?? null,
    offset: page.offset ?? 0,
    limit: page.limit ?? null,
    coveredUpto: session.replacement?.uptoPosition ?? null,
  });
  if (!found) throw notFound("session", session.id);
  const { line, count, runs, running, coveredIds } = found;
  // What this process has not written yet is newer than what is read.
  const events = running && (scope.runner.find(running.runId)?.events ?? running.events);
  return {
    line,
    count,
    runs: new Map(runs.map((run) => [run.id, run])),
    coveredIds,
    running: running && { runId: running.runId, input: running.input, messages: foldEvents(events ?? []) },
  };
}

/** What a running or ended turn was asked: its input while it runs, then the messages before its first answer. */
export async function getTurnInput(scope: Scope, runId: string): Promise<readonly NewMessage[]> {
  const found = await db.findRun(scope.database, scope.accountId, runId);
  if (found?.run.status === "running") return found.input;
  return found ? readRunInput(scope.database, scope.accountId, runId) : [];
}

/** The session that a run is in or has made; null where it has none. */
export async function sessionOfRun(scope: Scope, runId: string): Promise<string | null> {
  return (await db.findRun(scope.database, scope.accountId, runId))?.run.sessionId ?? null;
}

/** Who answers in a run; null where it has no agent any more. */
export async function agentOfRun(scope: Scope, runId: string): Promise<RunAgent | null> {
  return (await db.findRun(scope.database, scope.accountId, runId))?.run.agent ?? null;
}

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export const findLatestRun = (scope: Scope, sessionId: string): Promise<Run | null> =>
  db.findLatestRun(scope.database, scope.accountId, sessionId);
