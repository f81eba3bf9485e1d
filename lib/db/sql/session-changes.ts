import { z } from "zod";
import { statement, unseen } from "./statement.ts";

// By hand, since they count by the database's own transactions.

/** A transaction, of which the driver has only the text. */
const Transaction = z.string().transform(BigInt);

// A restart is the least that happens where transactions could be counted anew, as after a backup is brought back.
const LOOK = `select (select oid from pg_database where datname = current_database())::text || '-' ||
    (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text as database,
  pg_snapshot_xmin(now)::text as "seenBefore", pg_snapshot_xmax(now)::text as "end" from pg_current_snapshot() now`;

const LookRow = z.object({ database: z.string(), seenBefore: Transaction, end: Transaction });

/** How the database stands. */
export const lookNow = statement({ name: "look", text: LOOK, parameters: {}, row: LookRow });

/**
 * What changed in the sessions of an account after a place, with the look that found it; a row without a session where
 * nothing did. One statement, so that the look and what it finds are of one snapshot. Rows that another database wrote
 * may lie ahead.
 */
export const findChangeRows = statement({
  name: "find-changes",
  text: `select l.*, (select a."deletionsForgottenIn"::text from "Account" a where a.id = $1) as "forgottenIn",
       c."sessionId", c."changedIn"::text as "changedIn", c."deletedAt" is not null as "isDeleted"
     from (${LOOK}) l left join lateral (
       select * from "SessionChange" c where c."accountId" = $1
         and (c."changedIn", c."sessionId") > ($2::bigint, $3::uuid) and c."changedIn" < l."end"::bigint
       order by c."changedIn", c."sessionId" limit ${unseen("$4", "int8")}) c on true
     order by c."changedIn", c."sessionId"`,
  parameters: { accountId: "uuid", changedIn: "int8", sessionId: "uuid", limit: "int8" },
  row: LookRow.extend({
    forgottenIn: Transaction.nullable(),
    sessionId: z.string().nullable(),
    changedIn: Transaction.nullable(),
    isDeleted: z.boolean(),
  }),
});

/** Forgets some of the sessions that were deleted over a day ago. Gives how many. */
export const forgetDeletionRows = statement({
  name: "forget-deletions",
  text: `with gone as (
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
  parameters: { most: "int8" },
  row: z.object({ count: z.number() }),
});
