import type { z } from "zod";
import type { TurnEvent } from "../domain/events.ts";
import type { Message, NewMessage } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Recalled } from "../domain/source.ts";
import type { Database } from "./database.ts";
import { unpacked } from "./run-events.ts";
import { recalledOf } from "./sources.ts";
import { type Running, readHistoryRow, readRunInputRows } from "./sql/history.ts";
import { readOutlineRows, readWindowRow } from "./sql/window.ts";

/** A part of a line: messages of some sources (null: of all), so many from `offset` on, oldest first. */
export type HistoryPage = {
  readonly sources: readonly string[] | null;
  readonly offset: number;
  /** Null: to the end. */
  readonly limit: number | null;
  /** The ids of the messages up to this position are listed too; null: none. */
  readonly coveredUpto: number | null;
};

/** The turn that runs: what was asked, and the events that are written. */
export type StoredRunning = {
  readonly runId: string;
  readonly input: readonly NewMessage[];
  readonly events: readonly TurnEvent[];
};

export type StoredHistory = {
  readonly line: readonly Message[];
  /** So many messages of these sources are on the line. */
  readonly count: number;
  /** The runs that wrote the messages. */
  readonly runs: readonly Run[];
  readonly running: StoredRunning | null;
  readonly coveredIds: readonly string[];
};

/**
 * A part of the active line of a session of the account, with the runs that wrote it and the turn that runs: all as
 * they were at one moment, so that a turn that ends meanwhile is either running or in the line, and never neither. Null
 * where the account has no such session.
 */
export async function readHistory(
  database: Database,
  accountId: string,
  sessionId: string,
  { sources, offset, limit, coveredUpto }: HistoryPage,
): Promise<StoredHistory | null> {
  const [found] = await readHistoryRow(database, { sessionId, accountId, sources, offset, limit, coveredUpto });
  if (!found) return null;
  const { line, count, runs, running, covered } = found;
  return {
    line,
    count,
    runs,
    running: running && runningOf(running),
    coveredIds: covered,
  };
}

const runningOf = ({ runId, input, batches }: z.output<typeof Running>): StoredRunning => ({
  runId,
  input: input ?? [],
  events: batches.flatMap(unpacked),
});

/** Which turns of a line are read: so many before a position of a branch's line, or its last. */
export type WindowPlace = {
  /** Null: the active one. */
  readonly branchId: string | null;
  readonly before: number | null;
  /** At most so many turns. */
  readonly turns: number;
};

export type StoredWindow = {
  /** Whose line it is of. */
  readonly branchId: string;
  readonly line: readonly Message[];
  /** The position of the first message, where there are older ones; null: there are none. */
  readonly olderBefore: number | null;
  /** The message after the last; null: there is none. */
  readonly next: { readonly runId: string | null; readonly role: string } | null;
  readonly runs: readonly Run[];
  /** What was recalled for them, by their ids. */
  readonly recalled: ReadonlyMap<string, Recalled>;
  readonly running: StoredRunning | null;
};

/**
 * No window holds more messages, or more bytes as they are stored, however few turns that is; one turn it has always.
 */
const MOST_MESSAGES = 400;
const MOST_BYTES = 512 * 1024;

/**
 * Some turns of a session of the account, oldest first, with the turn that runs where they are the last; all as they
 * were at one moment. Costs the same in a long session as in a short one. Null where the account has no such session or
 * branch.
 */
export async function readWindow(
  database: Database,
  accountId: string,
  sessionId: string,
  place: WindowPlace,
): Promise<StoredWindow | null> {
  const limits = { messages: MOST_MESSAGES, bytes: MOST_BYTES };
  const [found] = await readWindowRow(database, { sessionId, accountId, ...place, ...limits });
  if (!found || found.branchId === null) return null;
  const { branchId, line, from, hasOlder, next, runs, recalled, running } = found;
  const olderBefore = hasOlder ? from : null;
  const told = { branchId, line, olderBefore, next, runs, recalled: recalledOf(recalled) };
  return { ...told, running: running && runningOf(running) };
}

/** A question on a line, by its place and its first characters. */
export type OutlineEntry = {
  readonly id: string;
  readonly branchId: string;
  readonly position: number;
  readonly text: string | null;
};

/** At most `limit` questions of a line from a position on, oldest first; none where the account has no such session. */
export async function readOutline(
  database: Database,
  accountId: string,
  sessionId: string,
  from: { readonly branchId: string | null; readonly from: number; readonly limit: number },
): Promise<OutlineEntry[]> {
  return readOutlineRows(database, { sessionId, accountId, ...from });
}

/** The messages with which a run of the account was asked, oldest first. */
export async function readRunInput(database: Database, accountId: string, runId: string): Promise<Message[]> {
  const found = await readRunInputRows(database, { runId, accountId });
  return found.map(({ message }) => message);
}
