import type { Database } from "./database.ts";
import { findChangeRows, forgetDeletionRows, lookNow } from "./sql/session-changes.ts";

/** A place in the order in which an account's sessions changed: after this one, in this transaction. */
export type ChangePlace = { readonly changedIn: bigint; readonly sessionId: string };

/** How the database stood when it was asked. */
export type Look = {
  /** Names the database for as long as its transactions are counted on: until it starts anew. */
  readonly database: string;
  /** Every transaction before this one is seen or never will be. */
  readonly seenBefore: bigint;
  /** No transaction that has this number or a later one is seen. */
  readonly end: bigint;
};

export type Change = ChangePlace & { readonly isDeleted: boolean };

/** How the database stands now. */
export async function look(database: Database): Promise<Look> {
  const [row] = await lookNow(database, {});
  if (!row) throw new Error("The database did not say how it stands");
  return row;
}

/**
 * What changed in the sessions of an account after a place, in the order of the transactions, at most `limit`; with the
 * look that found it, and the last transaction whose deletions are no longer known.
 */
export async function findChanges(
  database: Database,
  accountId: string,
  after: ChangePlace,
  limit: number,
): Promise<{ readonly look: Look; readonly forgottenIn: bigint; readonly changes: readonly Change[] }> {
  const found = await findChangeRows(database, { ...after, accountId, limit });
  const [first] = found;
  if (!first) throw new Error("The database did not say how it stands");
  const { database: name, seenBefore, end, forgottenIn } = first;
  return {
    look: { database: name, seenBefore, end },
    forgottenIn: forgottenIn ?? 0n,
    changes: found.flatMap(({ sessionId, changedIn, isDeleted }) =>
      sessionId === null || changedIn === null ? [] : [{ sessionId, changedIn, isDeleted }],
    ),
  };
}

/** Forgets at most `most` sessions that were deleted over a day ago, and that they were. Gives how many. */
export async function forgetDeletions(database: Database, most: number): Promise<number> {
  const [row] = await forgetDeletionRows(database, { most });
  return row?.count ?? 0;
}
