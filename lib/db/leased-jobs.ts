import type { z } from "zod";
import type { Database } from "./database.ts";
import {
  cancelJobRow,
  endLeasesOfOtherJobs,
  giveJobsBackRows,
  nextDueRow,
  renewJobRows,
  retryJobRow,
  type TakenJobRow,
  takeJobRows,
} from "./sql/jobs.ts";
import { againOnDeadlock } from "./sql.ts";

// Jobs that any process may take, do, and leave to another. Everything that is written about one is fenced by its
// owner.

/** A job that this process has taken, and how often it was. */
export type TakenJob = Readonly<z.infer<typeof TakenJobRow>>;

/** Who holds a job. */
export type Hold = { readonly jobId: string; readonly owner: string };

/** Takes at most `limit` jobs of some kinds that wait, or whose lease has expired, each by one caller only. */
export const takeJobs = (
  database: Database,
  owner: string,
  kinds: readonly string[],
  limit: number,
): Promise<TakenJob[]> => againOnDeadlock(() => takeJobRows(database, { owner, kinds, limit }));

/** Lets anybody take what others than `owner` hold: right only where a lock proves that they are dead. */
export async function endLeasesOfOthers(database: Database, owner: string): Promise<void> {
  await endLeasesOfOtherJobs(database, { owner });
}

/**
 * Renews the leases of `owner`, and gives what somebody asked of its jobs; one that is missing is no longer its own.
 */
export async function renewJobs(
  database: Database,
  owner: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly isCancelled: boolean }>> {
  const held = await renewJobRows(database, { ids, owner });
  return new Map(held.map((row) => [row.id, row]));
}

/** Has a job done again after some seconds. */
export async function retryJob(
  database: Database,
  { jobId, owner }: Hold,
  reason: string,
  seconds: number,
): Promise<void> {
  await retryJobRow(database, { id: jobId, owner, reason, seconds });
}

/** Lets others take the jobs of `owner` at once. */
export async function giveJobsBack(database: Database, owner: string): Promise<void> {
  await giveJobsBackRows(database, { owner });
}

/**
 * Asks for the end of an open job. Null: the account has no such job. `isOver`: nobody worked on it, and it has ended
 * with its doc "failed".
 */
export async function cancelLeasedJob(
  database: Database,
  accountId: string,
  id: string,
  reason: string,
): Promise<{ readonly docId: string | null; readonly isOver: boolean } | null> {
  const [cancelled] = await cancelJobRow(database, { id, accountId, reason });
  return cancelled ?? null;
}

/** In how many seconds the next job of some kinds is due; null: none waits. */
export async function nextJobDue(database: Database, kinds: readonly string[]): Promise<number | null> {
  const [next] = await nextDueRow(database, { kinds });
  return next?.seconds ?? null;
}
