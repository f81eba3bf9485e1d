import { readEvents } from "../../db/run-events.ts";
import * as db from "../../db/runs.ts";
import type { TurnMessage } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import type { Scope } from "../scope.ts";
import { getLine } from "../sessions.ts";

export type History = {
  /** The committed messages, oldest first. */
  readonly line: readonly Message[];
  /** The runs that wrote them, by id. */
  readonly runs: ReadonlyMap<string, Run>;
  /** The turn that runs now: what was asked, and what it has said so far. */
  readonly running: {
    readonly runId: string;
    readonly input: readonly NewMessage[];
    readonly messages: readonly TurnMessage[];
  } | null;
};

/** A session's history, with the work in progress. */
export async function getHistory(scope: Scope, session: Session): Promise<History> {
  const [running, line, runs] = await Promise.all([
    session.runningRunId === null ? null : runningTurn(scope, session.runningRunId),
    getLine(scope, session.id),
    db.listRuns(scope.database, scope.accountId, session.id),
  ]);
  // A turn that ended between the looks is in the line already.
  const isInLine = running !== null && line.some((message) => message.runId === running.runId);
  return { line, runs: new Map(runs.map((run) => [run.id, run])), running: isInLine ? null : running };
}

async function runningTurn(scope: Scope, runId: string): Promise<History["running"]> {
  const found = await db.findRun(scope.database, scope.accountId, runId);
  if (found?.run.status !== "running") return null;
  const live = scope.runner.find(runId);
  const events = live?.events ?? (await readEvents(scope.database, runId, 0)).map(({ event }) => event);
  return { runId, input: found.input, messages: foldEvents(events) };
}

/** What a running or ended turn was asked: its input while it runs, then the messages before its first answer. */
export async function getTurnInput(scope: Scope, runId: string): Promise<readonly NewMessage[]> {
  const found = await db.findRun(scope.database, scope.accountId, runId);
  if (!found) return [];
  if (found.run.status === "running" || found.run.sessionId === null) return found.input;
  const line = await getLine(scope, found.run.sessionId);
  return line.filter((message) => message.runId === runId && message.source === "api_request");
}

/** The session that a run is in or has made; null where it has none. */
export async function sessionOfRun(scope: Scope, runId: string): Promise<string | null> {
  return (await db.findRun(scope.database, scope.accountId, runId))?.run.sessionId ?? null;
}

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export const findLatestRun = (scope: Scope, sessionId: string): Promise<Run | null> =>
  db.findLatestRun(scope.database, scope.accountId, sessionId);
