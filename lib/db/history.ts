import type { TurnEvent } from "../domain/events.ts";
import type { Message, NewMessage } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { unpacked } from "./run-events.ts";
import { readHistoryRow, readRunInputRows } from "./sql/history.ts";

/** A part of a line: messages of some sources (null: of all), so many from `offset` on, oldest first. */
export type HistoryPage = {
  readonly sources: readonly string[] | null;
  readonly offset: number;
  /** Null: to the end. */
  readonly limit: number | null;
  /** The ids of the messages up to this position are listed too; null: none. */
  readonly coveredUpto: number | null;
};

export type StoredHistory = {
  readonly line: readonly Message[];
  /** So many messages of these sources are on the line. */
  readonly count: number;
  /** The runs that wrote the messages. */
  readonly runs: readonly Run[];
  /** The turn that runs: what was asked, and the events that are written. */
  readonly running: {
    readonly runId: string;
    readonly input: readonly NewMessage[];
    readonly events: readonly TurnEvent[];
  } | null;
  readonly coveredIds: readonly string[];
};

/**
 * A part of the active line of a session of the account, with the runs that wrote it and the turn that runs: all as they
 * were at one moment, so that a turn that ends meanwhile is either running or in the line, and never neither. Null where
 * the account has no such session.
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
    running: running && {
      runId: running.runId,
      input: running.input ?? [],
      events: running.batches.flatMap(unpacked),
    },
    coveredIds: covered,
  };
}

/** The messages with which a run of the account was asked, oldest first. */
export async function readRunInput(database: Database, accountId: string, runId: string): Promise<Message[]> {
  const found = await readRunInputRows(database, { runId, accountId });
  return found.map(({ message }) => message);
}
