import { z } from "zod";
import { LEASE } from "./leases.ts";
import { statement } from "./statement.ts";

// What enters runs. By hand, since a claim is one statement that looks, locks and writes.

const Id = z.object({ id: z.string() });

/** A run that an owner has entered. */
export const findEnteredRun = statement({
  name: "find-entered-run",
  text: `select id from "Run" where id = $1 and "leaseOwner" = $2`,
  parameters: { id: "uuid", owner: "text" },
  row: Id,
});

/** Holds an account until the end of the transaction: its runs are entered one after the other. */
export const holdAccount = statement({
  name: "hold-account",
  text: `select id from "Account" where id = $1 for no key update`,
  parameters: { id: "uuid" },
  row: Id,
});

/** At most so many of the runs of an account that run: of its own, or of strangers who talk to its public bots. */
export const listRunningRuns = statement({
  name: "list-running-runs",
  text: `select id from "Run" where "accountId" = $1 and status = 'running'
    and coalesce((plan->'asker'->>'isStranger')::boolean, false) = $2 limit $3`,
  parameters: { accountId: "uuid", isStranger: "bool", limit: "int8" },
  row: Id,
});

/**
 * Holds for every claim, and lets a planner expect one and not the hundred that it expects of any JSON: for a hundred it
 * would read all branches there are.
 */
const SEEMS_ONE = "i.dialect = i.dialect || ''";

/** Whether a claim names its session: one without a title, or one that begins with another question now. */
const NAMES = `c.title is not null and (s."titleSource" = 'none' or (c.renames and s."titleSource" <> 'person'))`;

/**
 * Enters runs whose sessions are as they were: a JSON array with an object for each. Gives those that it has entered.
 *
 * The order of locks is that of all who write turns: sessions by their ids, then what hangs on them. The branch is
 * locked with its session: a claim that has waited for a commit sees the line as the commit has left it.
 */
export const claimRunRows = statement({
  name: "claim-runs",
  text: `with input as (
       select * from json_to_recordset($1::json) as i("runId" uuid, "accountId" uuid, owner text, dialect text,
         "agentId" uuid, policy json, plan json, input json, context json, settings json, "requestKey" text,
         "requestHash" text, title text, "sessionId" uuid, "branchId" uuid, "nextPosition" int, "forkId" uuid,
         "forkParentId" uuid, "forkPosition" int, "forkPath" json, "bindIndexIds" uuid[], renames boolean)
         where ${SEEMS_ONE}
     ), claimed as (
       select i.*, s.switches from input i join "Session" s on s.id = i."sessionId" and s."accountId" = i."accountId"
         join "Branch" b on b.id = s."activeBranchId" and b.id = i."branchId" and b."nextPosition" = i."nextPosition"
       order by s.id for no key update of s, b
     ), forked as (
       insert into "Branch" (id, "sessionId", "parentId", "forkPosition", path, "nextPosition", "shownIn")
       select "forkId", "sessionId", "forkParentId", "forkPosition", "forkPath", "forkPosition" + 1, switches + 1
       from claimed where "forkId" is not null
     ), unbound as (
       delete from "SessionIndex" x using claimed c
       where x."sessionId" = c."sessionId" and c."bindIndexIds" is not null and x."indexId" <> all (c."bindIndexIds")
     ), living as materialized (
       -- Held: one that is deleted meanwhile is left out, and fails nobody's claim.
       select id from "Index" where id in (select unnest("bindIndexIds") from claimed) order by id for key share
     ), bound as (
       insert into "SessionIndex" ("sessionId", "indexId", position)
       select c."sessionId", x.id, x.n from claimed c, unnest(c."bindIndexIds") with ordinality x(id, n)
       join living on living.id = x.id
       on conflict ("sessionId", "indexId") do update set position = excluded.position
     ), moved as (
       update "Session" s set "activeBranchId" = coalesce(c."forkId", s."activeBranchId"),
         switches = s.switches + case when c."forkId" is null then 0 else 1 end,
         title = case when ${NAMES} then c.title else s.title end,
         "titleSource" = case when ${NAMES} then 'fallback' else s."titleSource" end,
         "indexesLockedAt" = coalesce(s."indexesLockedAt", case when cardinality(c."bindIndexIds") > 0 or exists (
           select 1 from "SessionIndex" x where x."sessionId" = s.id) then now() end)
       from claimed c where s.id = c."sessionId"
     )
     insert into "Run" (id, "accountId", "sessionId", "branchId", "agentId", dialect, status, stores, policy, plan,
       input, context, settings, "requestKey", "requestHash", "leaseOwner", "leaseUntil")
     select "runId", "accountId", "sessionId", coalesce("forkId", "branchId"), "agentId", dialect, 'running', true, policy,
       plan, input, context, settings, "requestKey", "requestHash", owner, now() + ${LEASE}
     from claimed returning id`,
  parameters: { claims: "json" },
  row: Id,
});

/** Gives a run that was just entered its input. */
export const setInputOfRun = statement({
  name: "set-input-of-run",
  text: `update "Run" set input = $2 where id = $1`,
  parameters: { id: "uuid", input: "json" },
});

/** Enters a run that claims no session. */
export const insertRunRow = statement({
  name: "insert-run",
  text: `insert into "Run" (id, "accountId", "sessionId", "agentId", dialect, status, stores, policy, plan, settings,
           "leaseOwner", "leaseUntil", "requestKey", "requestHash", "endUserHash", context)
         values ($1, $2, $3, $4, $5, 'running', $9, $6, $13, $7, $8, now() + ${LEASE}, $10, $11, $12, $14)`,
  parameters: {
    runId: "uuid",
    accountId: "uuid",
    sessionId: "uuid?",
    agentId: "uuid?",
    dialect: "text",
    policy: "json",
    settings: "json",
    owner: "text",
    stores: "bool",
    requestKey: "text?",
    requestHash: "text?",
    endUserHash: "text?",
    plan: "json",
    context: "json",
  },
});
