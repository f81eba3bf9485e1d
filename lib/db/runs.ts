import type { DocHit } from "../domain/doc.ts";
import type { TurnEvent } from "../domain/events.ts";
import type { NewMessage } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { unpacked } from "./run-events.ts";
import {
  findLatestRunRow,
  findOutputRow,
  findRunByKeyRow,
  findRunningRunRow,
  findRunRow,
  forgetDocRows,
} from "./sql/runs.ts";

/** What a run was about and all that it said, for repeats of its request. */
export type RunOutput = { readonly events: readonly TurnEvent[]; readonly docs: readonly DocHit[] };

/** What is kept of an ended run for repeats of its request, or null. */
export async function findOutput(database: Database, accountId: string, runId: string): Promise<RunOutput | null> {
  const [found] = await findOutputRow(database, { id: runId, accountId });
  const output = found?.output ?? null;
  return output && { events: unpacked(output.events), docs: output.docs };
}

/**
 * Drops what is kept of the account's ended runs that knew of these docs, or of docs of these owners, once they are
 * deleted. A repeat of their requests runs again then.
 */
export async function forgetDocs(database: Database, accountId: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await forgetDocRows(database, { accountId, ids });
}

/** A run of the account with its input while it runs, or null. */
export async function findRun(
  database: Database,
  accountId: string,
  runId: string,
): Promise<{ readonly run: Run; readonly input: readonly NewMessage[]; readonly isLeaseOver: boolean } | null> {
  const [found] = await findRunRow(database, { id: runId, accountId });
  return found ? { run: found.run, input: found.input ?? [], isLeaseOver: found.over } : null;
}

/** The run that works on a session of the account now, or null. */
export async function findRunningRun(database: Database, accountId: string, sessionId: string): Promise<string | null> {
  const [found] = await findRunningRunRow(database, { sessionId, accountId });
  return found?.id ?? null;
}

/** The run that an account made under a request key, or null. */
export async function findRunByKey(
  database: Database,
  accountId: string,
  dialect: string,
  requestKey: string,
): Promise<{ readonly id: string; readonly sessionId: string | null; readonly requestHash: string | null } | null> {
  const [found] = await findRunByKeyRow(database, { accountId, dialect, requestKey });
  return found ?? null;
}

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export async function findLatestRun(database: Database, accountId: string, sessionId: string): Promise<Run | null> {
  const [found] = await findLatestRunRow(database, { sessionId, accountId });
  return found?.run ?? null;
}
