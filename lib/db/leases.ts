import type { z } from "zod";
import type { Database } from "./database.ts";
import {
  endLease,
  endLeases,
  listExistingRuns,
  listHeldRuns,
  renewLeaseRows,
  requestStopRow,
  type TakenRunRow,
  takeExpiredRunRow,
  takeExpiredRunRows,
  takeRunRowsOfOthers,
} from "./sql/leases.ts";

type Held = ReadonlyMap<string, { readonly isStopRequested: boolean }>;

/**
 * Renews the leases of `owner` and gives what somebody asked of its runs; a run that is missing is no longer its own.
 */
export const renewLeases = async (database: Database, owner: string, runIds: readonly string[]): Promise<Held> =>
  heldOf(await renewLeaseRows(database, { ids: runIds, owner }));

/** As `renewLeases`, and renews nothing. */
export const findHeldRuns = async (database: Database, owner: string, runIds: readonly string[]): Promise<Held> =>
  heldOf(await listHeldRuns(database, { ids: runIds, owner }));

const heldOf = (rows: readonly { readonly id: string; readonly stop: boolean }[]): Held =>
  new Map(rows.map((row) => [row.id, { isStopRequested: row.stop }]));

/** The ids among these that are runs still: the others have gone with their sessions. */
export async function existingRuns(database: Database, runIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await listExistingRuns(database, { ids: runIds });
  return new Set(found.map((row) => row.id));
}

/** Asks the owner of a run, wherever it is, to stop it. */
export async function requestStop(database: Database, runId: string): Promise<void> {
  await requestStopRow(database, { id: runId });
}

/** Lets somebody take a run of `owner` at once. */
export async function giveLeaseBack(database: Database, owner: string, runId: string): Promise<void> {
  await endLease(database, { owner, id: runId });
}

/** Lets others take the runs of `owner` at once. */
export async function giveLeasesBack(database: Database, owner: string): Promise<void> {
  await endLeases(database, { owner });
}

/** A run that was taken from its owner. What an earlier version has stored in another form is null. */
export type TakenRun = Readonly<z.infer<typeof TakenRunRow>>;

/**
 * Takes runs whose lease has expired, each by one caller only.
 *
 * "of-other-owners" takes every run that another owner holds, whatever its lease says: right only where a lock proves
 * that the other owners are dead. `running` are the runs that work in this process: they are never taken, however late
 * their renewal is; what is the owner's by name and works nowhere is.
 */
export async function takeExpiredRuns(
  database: Database,
  owner: string,
  which: "expired" | "of-other-owners",
  running: readonly string[],
): Promise<TakenRun[]> {
  const take = which === "expired" ? takeExpiredRunRows : takeRunRowsOfOthers;
  return take(database, { owner, except: running });
}

/** Takes a run of the account whose lease has expired, by one caller only; null where it has not, or has ended. */
export async function takeExpiredRun(
  database: Database,
  owner: string,
  accountId: string,
  runId: string,
): Promise<TakenRun | null> {
  const [taken] = await takeExpiredRunRow(database, { owner, id: runId, accountId });
  return taken ?? null;
}
