import {
  type OutlineEntry,
  readHistory,
  readOutline,
  readRunInput,
  readWindow,
  type StoredWindow,
  type WindowPlace,
} from "../../db/history.ts";
import * as db from "../../db/runs.ts";
import { findGonePieces, findRecalled } from "../../db/sources.ts";
import { notFound } from "../../domain/errors.ts";
import type { TurnMessage } from "../../domain/events.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { Message, NewMessage, Part } from "../../domain/message.ts";
import type { Run, RunAgent } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import type { Recalled, Source } from "../../domain/source.ts";
import { sourcesOfResult } from "../knowledge/retrieved.ts";
import { readyFiles } from "../render/ready-parts.ts";
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
 * A session's history, with the work in progress, as it was at one moment: all of it, or so many messages of some
 * sources from `offset` on. Throws "not-found" for a session that was deleted since it was read.
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

/** Some turns of a session, and what runs after them. */
export type Window = Omit<StoredWindow, "runs"> & {
  readonly runs: ReadonlyMap<string, Run>;
  /** Pieces that its results tell of and that are gone. */
  readonly gone: ReadonlySet<string>;
};

/**
 * The last turns of a session with the one that runs, or some turns before a place in it, as they were at one moment;
 * at most `turns` of them, and fewer where they are large. Throws "not-found" for a session that was deleted since it
 * was read, and for a branch that it does not have.
 */
export async function getWindow(scope: Scope, sessionId: string, place: WindowPlace): Promise<Window> {
  const found = await readWindow(scope.database, scope.accountId, sessionId, place);
  if (!found) throw notFound("session", sessionId);
  const { running, runs } = found;
  // What this process has not written yet is newer than what is read.
  const events = running && (scope.runner.find(running.runId)?.events ?? running.events);
  return {
    ...found,
    gone: await goneFrom(scope, found.line),
    runs: new Map(runs.map((run) => [run.id, run])),
    running: running && { ...running, events: events ?? [] },
  };
}

export type { OutlineEntry };

/** Where some turns are: on the line of a branch, from a question on. */
export type WindowStart = { readonly branchId: string; readonly from: number; readonly turns: number };

/**
 * As `getWindow`, of the turns from a question on; `newerFrom` is the position of the question that follows them. Null:
 * the last turns of the line are among them, and with them the one that runs.
 */
export async function getWindowFrom(
  scope: Scope,
  sessionId: string,
  { branchId, from, turns }: WindowStart,
): Promise<Window & { readonly newerFrom: number | null }> {
  const { database, accountId } = scope;
  const limit = turns + 1;
  const ahead = await readOutline(database, accountId, sessionId, { branchId, from, limit });
  // Where so many turns are too large for one window, fewer are read: those from the question on.
  for (let count = turns; ; count = Math.floor(count / 2)) {
    const before = ahead[count]?.position ?? null;
    const window = await getWindow(scope, sessionId, { branchId, before, turns: Math.min(count, ahead.length) || 1 });
    const isWhole = (window.line[0]?.position ?? from) <= from;
    if (isWhole || count <= 1) return { ...window, newerFrom: before };
  }
}

/**
 * Questions of a session from a place on, oldest first, and the place of the next; without a place from the first on.
 */
export async function getOutline(
  scope: Scope,
  sessionId: string,
  place: { readonly branchId: string | null; readonly from: number; readonly limit: number },
): Promise<{ readonly items: readonly OutlineEntry[]; readonly next: OutlineEntry | null }> {
  const found = await readOutline(scope.database, scope.accountId, sessionId, { ...place, limit: place.limit + 1 });
  return { items: found.slice(0, place.limit), next: found[place.limit] ?? null };
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

/** What was recalled for runs of the account, by their ids. */
export const recalledOfRuns = (scope: Scope, runIds: readonly string[]): Promise<ReadonlyMap<string, Recalled>> =>
  findRecalled(scope.database, scope.accountId, runIds);

type Parts = { readonly parts: readonly Part[] };

/** Which of the passages that results in these messages tell of are gone with their documents. */
export const goneFrom = (scope: Scope, messages: readonly Parts[]): Promise<ReadonlySet<string>> =>
  gonePieces(
    scope,
    messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === "tool-result" ? sourcesOfResult(part) : [])),
    ),
  );

/** Which of these sources are gone with their documents, by their pieces. */
export const gonePieces = (
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  sources: readonly Pick<Source, "pieceId">[],
): Promise<ReadonlySet<string>> =>
  findGonePieces(database, accountId, [...new Set(sources.map(({ pieceId }) => pieceId))]);

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export const findLatestRun = (scope: Scope, sessionId: string): Promise<Run | null> =>
  db.findLatestRun(scope.database, scope.accountId, sessionId);

/**
 * A history with the content of its files in their place, as models get them: for a dialect that knows no files. Of
 * images the latest come first to what room there is, and the others are told in words; `withImages` false: all are.
 */
export async function withFileContent(scope: Scope, history: History, withImages = true): Promise<History> {
  const files = readyFiles(scope, { seesImages: withImages });
  const line: Message[] = [];
  for (const message of history.line.toReversed()) {
    const parts: Part[] = [];
    for (const part of message.parts) parts.push(part.type === "file" ? await files(part) : part);
    line.push({ ...message, parts });
  }
  return { ...history, line: line.reverse() };
}
