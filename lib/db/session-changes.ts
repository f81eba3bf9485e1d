import type { Database } from "./database.ts";
import { rows } from "./sql.ts";

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

// A restart is the least that happens where transactions could be counted anew, as after a backup is brought back.
const LOOK = `select (select oid from pg_database where datname = current_database())::text || '-' ||
    (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text as database,
  pg_snapshot_xmin(now)::text as "seenBefore", pg_snapshot_xmax(now)::text as "end" from pg_current_snapshot() now`;

type LookRow = { readonly database: string; readonly seenBefore: string; readonly end: string };
const toLook = (row: LookRow): Look => ({
  database: row.database,
  seenBefore: BigInt(row.seenBefore),
  end: BigInt(row.end),
});

/** How the database stands now. */
export async function look(database: Database): Promise<Look> {
  const [row] = await rows<LookRow>(database, LOOK, []);
  if (!row) throw new Error("The database did not say how it stands");
  return toLook(row);
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
  // One statement, so that the look and what it finds are of one snapshot. Rows that another database wrote may lie ahead.
  const found = await rows<
    LookRow & { forgottenIn: string | null; sessionId: string | null; changedIn: string; isDeleted: boolean }
  >(
    database,
    `select l.*, (select a."deletionsForgottenIn"::text from "Account" a where a.id = $1) as "forgottenIn",
       c."sessionId", c."changedIn"::text as "changedIn", c."deletedAt" is not null as "isDeleted"
     from (${LOOK}) l left join lateral (
       select * from "SessionChange" c where c."accountId" = $1
         and (c."changedIn", c."sessionId") > ($2::bigint, $3::uuid) and c."changedIn" < l."end"::bigint
       order by c."changedIn", c."sessionId" limit $4) c on true
     order by c."changedIn", c."sessionId"`,
    [accountId, String(after.changedIn), after.sessionId, limit],
  );
  const [first] = found;
  if (!first) throw new Error("The database did not say how it stands");
  return {
    look: toLook(first),
    forgottenIn: BigInt(first.forgottenIn ?? 0),
    changes: found.flatMap(({ sessionId, changedIn, isDeleted }) =>
      sessionId === null ? [] : [{ sessionId, changedIn: BigInt(changedIn), isDeleted }],
    ),
  };
}

/** Forgets at most `most` sessions that were deleted over a day ago, and that they were. Gives how many. */
export async function forgetDeletions(database: Database, most: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    database,
    `with gone as (
       delete from "SessionChange" where "sessionId" in (
         select "sessionId" from "SessionChange" where "deletedAt" < now() - interval '1 day'
         order by "deletedAt" limit $1 for update skip locked)
       returning "accountId", "changedIn"
     ), last as (
       select "accountId", max("changedIn") as "changedIn" from gone group by "accountId"
     ), told as (
       update "Account" a set "deletionsForgottenIn" = greatest(a."deletionsForgottenIn", last."changedIn")
       from last where a.id = last."accountId"
     )
     select count(*)::int as count from gone`,
    [most],
  );
  return row?.count ?? 0;
}
