import { z } from "zod";
import type { DocHit } from "../domain/doc.ts";
import { TurnEvent, TurnUsage } from "../domain/events.ts";
import { NewMessage } from "../domain/message.ts";
import type { ModelSettings } from "../domain/model.ts";
import type { Dialect, Keep, OnHangUp, Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { type Connection, inTransaction, rows, violated } from "./sql.ts";
import { together } from "./together.ts";

/** How long a lease lasts by the database's clock. It is renewed three times within that. */
const LEASE = "interval '15 seconds'";

export type NewBranch = {
  readonly id: string;
  readonly parentId: string;
  readonly forkPosition: number;
  readonly path: readonly { readonly branchId: string; readonly from: number; readonly to: number }[];
};

/** A run to be entered, and the state of the session that its prompt was made from. */
export type Claim = {
  readonly runId: string;
  readonly accountId: string;
  readonly owner: string;
  readonly dialect: Dialect;
  readonly agentId: string | null;
  readonly keep: Keep;
  readonly onHangUp: OnHangUp;
  readonly input: readonly NewMessage[];
  readonly context: unknown;
  readonly settings: unknown;
  readonly requestKey: string | null;
  readonly requestHash: string | null;
  /** So many runs of the account run at once; null: as many as it likes. */
  readonly mostAtOnce: number | null;
  readonly session: { readonly id: string; readonly branchId: string; readonly nextPosition: number };
  readonly fork: NewBranch | null;
  /** A title for a session that has none, from now on; null leaves that to the commit. */
  readonly title: string | null;
  /** Indexes to bind the session to; null leaves them. Bound indexes are locked in any case. */
  readonly bindIndexIds: readonly string[] | null;
};

export type Claimed = "claimed" | "busy" | "changed" | "repeated" | "crowded";

/**
 * Enters a run as running and so claims its session.
 *
 * "busy": another run of the session is running. "changed": the session is gone, or its line is not the one the prompt
 * was made from. "repeated": the account has used this request key before. "crowded": as many of its runs run as may. In
 * none of these anything is written.
 */
export async function claimRun(database: Database, claim: Claim): Promise<Claimed> {
  try {
    if (claim.mostAtOnce === null) return await claimTogether(database, claim);
    return await unlessCrowded(database, claim, async (connection) => {
      const [claimed = "changed"] = await insertClaims(connection, [claim]);
      return claimed;
    });
  } catch (thrown) {
    const constraint = violated(thrown);
    if (constraint === "Run_one_running") return "busy";
    if (constraint === REQUEST_KEY) return "repeated";
    throw thrown;
  }
}

const claimTogether = together((database, claims: readonly Claim[]) => insertClaims(database, claims));

const REQUEST_KEY = "Run_accountId_dialect_requestKey_key";

/** Enters a run unless as many of its account run as may. They are entered one after the other where that matters. */
async function unlessCrowded<Entered>(
  database: Database,
  { accountId, mostAtOnce }: Pick<Claim, "accountId" | "mostAtOnce">,
  enter: (connection: Connection) => Promise<Entered>,
): Promise<Entered | "crowded"> {
  if (mostAtOnce === null) return enter(database);
  return inTransaction(database, async (connection) => {
    await rows(connection, `select id from "Account" where id = $1 for no key update`, [accountId]);
    const running = await rows(
      connection,
      `select id from "Run" where "accountId" = $1 and status = 'running' limit $2`,
      [accountId, mostAtOnce],
    );
    return running.length < mostAtOnce ? enter(connection) : "crowded";
  });
}

/** Enters runs in one statement. Says of each whether it has found its session as it was. */
async function insertClaims(connection: Connection, claims: readonly Claim[]): Promise<("claimed" | "changed")[]> {
  const inserted = await rows<{ id: string }>(
    connection,
    `with input as (
       select * from json_to_recordset($1::json) as i("runId" uuid, "accountId" uuid, owner text, dialect text,
         "agentId" uuid, keep text, "onHangUp" text, input json, context json, settings json, "requestKey" text,
         "requestHash" text, title text, "sessionId" uuid, "branchId" uuid, "nextPosition" int, "forkId" uuid,
         "forkParentId" uuid, "forkPosition" int, "forkPath" json, "bindIndexIds" uuid[])
     ), claimed as (
       select i.* from input i join "Session" s on s.id = i."sessionId" and s."accountId" = i."accountId"
         join "Branch" b on b.id = s."activeBranchId" and b.id = i."branchId" and b."nextPosition" = i."nextPosition"
       for update of s
     ), forked as (
       insert into "Branch" (id, "sessionId", "parentId", "forkPosition", path, "nextPosition")
       select "forkId", "sessionId", "forkParentId", "forkPosition", "forkPath", "forkPosition" + 1
       from claimed where "forkId" is not null
     ), unbound as (
       delete from "SessionIndex" x using claimed c
       where x."sessionId" = c."sessionId" and c."bindIndexIds" is not null and x."indexId" <> all (c."bindIndexIds")
     ), bound as (
       insert into "SessionIndex" ("sessionId", "indexId", position)
       select c."sessionId", x.id, x.n from claimed c, unnest(c."bindIndexIds") with ordinality x(id, n)
       on conflict ("sessionId", "indexId") do update set position = excluded.position
     ), moved as (
       update "Session" s set "activeBranchId" = coalesce(c."forkId", s."activeBranchId"),
         title = case when s."titleSource" = 'none' and c.title is not null then c.title else s.title end,
         "titleSource" = case when s."titleSource" = 'none' and c.title is not null then 'fallback'
           else s."titleSource" end,
         "indexesLockedAt" = coalesce(s."indexesLockedAt", case when cardinality(c."bindIndexIds") > 0 or exists (
           select 1 from "SessionIndex" x where x."sessionId" = s.id) then now() end)
       from claimed c where s.id = c."sessionId"
     )
     insert into "Run" (id, "accountId", "sessionId", "branchId", "agentId", dialect, status, stores, keep, "onHangUp",
       input, context, settings, "requestKey", "requestHash", "leaseOwner", "leaseUntil")
     select "runId", "accountId", "sessionId", coalesce("forkId", "branchId"), "agentId", dialect, 'running', true, keep,
       "onHangUp", input, context, settings, "requestKey", "requestHash", owner, now() + ${LEASE}
     from claimed returning id`,
    [JSON.stringify(claims.map(toInput))],
  );
  const entered = new Set(inserted.map(({ id }) => id));
  return claims.map(({ runId }) => (entered.has(runId) ? "claimed" : "changed"));
}

const toInput = ({ session, fork, mostAtOnce: _, ...claim }: Claim) => ({
  ...claim,
  sessionId: session.id,
  branchId: session.branchId,
  nextPosition: session.nextPosition,
  forkId: fork?.id,
  forkParentId: fork?.parentId,
  forkPosition: fork?.forkPosition,
  forkPath: fork?.path,
});

/** A run that claims no session: it stores nothing, or makes a session of its own at its end. */
export type DetachedRun = Pick<
  Claim,
  | "runId"
  | "accountId"
  | "owner"
  | "dialect"
  | "agentId"
  | "onHangUp"
  | "settings"
  | "requestKey"
  | "requestHash"
  | "mostAtOnce"
> & {
  readonly stores: boolean;
  /** The session that it looks at. */
  readonly sessionId: string | null;
  /** Whom the caller asks for. */
  readonly endUserHash: string | null;
};

/** Enters such a run: a row for its usage, and for repeats. As `claimRun` does. */
export async function insertRun(
  database: Database,
  run: DetachedRun,
): Promise<Extract<Claimed, "claimed" | "repeated" | "crowded">> {
  try {
    return await unlessCrowded(database, run, async (connection) => {
      await rows(
        connection,
        `insert into "Run" (id, "accountId", "sessionId", "agentId", dialect, status, stores, keep, "onHangUp", settings,
           "leaseOwner", "leaseUntil", "requestKey", "requestHash", "endUserHash")
         values ($1, $2, $3, $4, $5, 'running', $9, 'nothing', $6, $7, $8, now() + ${LEASE}, $10, $11, $12)`,
        [
          run.runId,
          run.accountId,
          run.sessionId,
          run.agentId,
          run.dialect,
          run.onHangUp,
          JSON.stringify(run.settings),
          run.owner,
          run.stores,
          run.requestKey,
          run.requestHash,
          run.endUserHash,
        ],
      );
      return "claimed" as const;
    });
  } catch (thrown) {
    if (violated(thrown) === REQUEST_KEY) return "repeated";
    throw thrown;
  }
}

/** A stretch of events as one row holds them. */
export type EventBatch = { readonly runId: string; readonly seqFrom: number; readonly events: readonly TurnEvent[] };

/**
 * Writes batches of many runs in one statement.
 *
 * Gives the ids of the runs that `owner` still holds; a run that is missing has been taken over, ended or deleted. A batch
 * that was written before, by a statement whose answer got lost, is replaced by the same and what came after it.
 */
export async function appendEvents(
  database: Database,
  owner: string,
  batches: readonly EventBatch[],
): Promise<ReadonlySet<string>> {
  const written = await rows<{ runId: string }>(
    database,
    `insert into "RunEvent" ("runId", "seqFrom", "seqTo", events)
     select r.id, x.f, x.t, x.e::json from unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) x(id, f, t, e)
     join "Run" r on r.id = x.id and r."leaseOwner" = $5 and r.status = 'running'
     on conflict ("runId", "seqFrom") do update set "seqTo" = excluded."seqTo", events = excluded.events
     returning "runId"`,
    [
      batches.map((batch) => batch.runId),
      batches.map((batch) => batch.seqFrom),
      batches.map((batch) => batch.seqFrom + batch.events.length - 1),
      batches.map((batch) => JSON.stringify(packed(batch.events))),
      owner,
    ],
  );
  return new Set(written.map((row) => row.runId));
}

// Neighbouring deltas of one kind are stored as one item with a list of texts: each text keeps its number.
const PackedDeltas = z.object({ deltas: z.enum(["text-delta", "reasoning-delta"]), texts: z.array(z.string()) });
const Packed = z.array(z.union([PackedDeltas, TurnEvent]));

export function packed(events: readonly TurnEvent[]): unknown[] {
  const items: (TurnEvent | z.infer<typeof PackedDeltas>)[] = [];
  for (const event of events) {
    const last = items.at(-1);
    if (event.type !== "text-delta" && event.type !== "reasoning-delta") items.push(event);
    else if (last && "deltas" in last && last.deltas === event.type) last.texts.push(event.text);
    else items.push({ deltas: event.type, texts: [event.text] });
  }
  return items;
}

const unpacked = (stored: unknown): TurnEvent[] =>
  Packed.parse(stored).flatMap((item) =>
    "deltas" in item ? item.texts.map((text) => ({ type: item.deltas, text })) : [item],
  );

/** A run's stored events after number `after`, in order, each with its number. */
export async function readEvents(
  database: Database,
  runId: string,
  after: number,
): Promise<{ readonly seq: number; readonly event: TurnEvent }[]> {
  const batches = await rows<{ seqFrom: number; events: unknown }>(
    database,
    `select "seqFrom", events from "RunEvent" where "runId" = $1 and "seqTo" > $2 order by "seqFrom"`,
    [runId, after],
  );
  return batches
    .flatMap((batch) => unpacked(batch.events).map((event, n) => ({ seq: batch.seqFrom + n, event })))
    .filter(({ seq }) => seq > after);
}

/** What a run was about and all that it said, for repeats of its request. */
export type RunOutput = { readonly events: readonly TurnEvent[]; readonly docs: readonly DocHit[] };

/** What is kept of an ended run for repeats of its request, or null. */
export async function findOutput(database: Database, accountId: string, runId: string): Promise<RunOutput | null> {
  const [found] = await rows<{ output: { events: unknown; docs: DocHit[] } | null }>(
    database,
    `select output from "Run" where id = $1 and "accountId" = $2`,
    [runId, accountId],
  );
  const output = found?.output ?? null;
  return output && { events: unpacked(output.events), docs: output.docs };
}

/** Renews the leases of `owner` and gives what somebody asked of its runs; a run that is missing is no longer its own. */
export async function renewLeases(
  database: Database,
  owner: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly isStopRequested: boolean }>> {
  const held = await rows<{ id: string; stop: boolean }>(
    database,
    `update "Run" set "leaseUntil" = now() + ${LEASE} where id = any($1::uuid[]) and "leaseOwner" = $2 and status = 'running'
     returning id, "stopRequestedAt" is not null as stop`,
    [runIds, owner],
  );
  return new Map(held.map((row) => [row.id, { isStopRequested: row.stop }]));
}

/** The runs of `owner` that somebody asked to stop. */
export async function stopRequests(database: Database, owner: string, runIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    database,
    `select id from "Run" where id = any($1::uuid[]) and "leaseOwner" = $2 and "stopRequestedAt" is not null`,
    [runIds, owner],
  );
  return found.map((row) => row.id);
}

/** Asks the owner of a run, wherever it is, to stop it. */
export async function requestStop(database: Database, runId: string): Promise<void> {
  await rows(database, `update "Run" set "stopRequestedAt" = now() where id = $1 and status = 'running'`, [runId]);
}

/** Lets others take the runs of `owner` at once. */
export async function giveLeasesBack(database: Database, owner: string): Promise<void> {
  await rows(database, `update "Run" set "leaseUntil" = now() where "leaseOwner" = $1 and status = 'running'`, [owner]);
}

export type TakenRun = {
  readonly id: string;
  readonly accountId: string;
  readonly sessionId: string | null;
  readonly branchId: string | null;
  readonly agentId: string | null;
  readonly dialect: Dialect;
  readonly stores: boolean;
  readonly keep: Keep;
  readonly onHangUp: OnHangUp;
  readonly input: readonly NewMessage[];
  readonly settings: ModelSettings | null;
  readonly attempts: number;
  readonly isStopRequested: boolean;
  readonly createdAt: Date;
};

/**
 * Takes runs whose lease has expired, each by one caller only.
 *
 * "of-other-owners" takes every run that another owner holds, whatever its lease says: right only where a lock proves
 * that the other owners are dead.
 */
export async function takeExpiredRuns(
  database: Database,
  owner: string,
  which: "expired" | "of-other-owners",
): Promise<TakenRun[]> {
  const condition = which === "expired" ? `"leaseUntil" < now()` : `"leaseOwner" <> $1`;
  const taken = await rows<Omit<TakenRun, "input"> & { input: unknown }>(
    database,
    `update "Run" set "leaseOwner" = $1, "leaseUntil" = now() + ${LEASE}, attempts = attempts + 1
     where id in (select id from "Run" where status = 'running' and ${condition} limit 20 for update skip locked)
     returning id, "accountId", "sessionId", "branchId", "agentId", dialect, stores, keep, "onHangUp", input, settings,
       attempts, "stopRequestedAt" is not null as "isStopRequested", "createdAt"`,
    [owner],
  );
  return taken.map((run) => ({ ...run, input: z.array(NewMessage).parse(run.input ?? []) }));
}

/**
 * Drops the events of runs that ended over ten minutes ago, as nobody reconnects to them by number any more, and after a
 * day what was kept for repeats of a request, with its key.
 */
export async function pruneEvents(database: Database): Promise<void> {
  await rows(
    database,
    `delete from "RunEvent" e using "Run" r where r.id = e."runId" and r."endedAt" < now() - interval '10 minutes'
       and r."endedAt" > now() - interval '1 day'`,
    [],
  );
  await rows(
    database,
    `update "Run" set output = null, "requestKey" = null
     where output is not null and "endedAt" < now() - interval '1 day'`,
    [],
  );
}

const RunRow = z.object({
  id: z.string(),
  sessionId: z.string().nullable(),
  status: z.enum(["queued", "running", "completed", "failed", "cancelled", "interrupted"]),
  finishReason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: TurnUsage.nullable(),
  durationMs: z.number().nullable(),
  steps: z.number(),
  model: z.string().nullable(),
  createdAt: z.coerce.date(),
});

/** The columns of a run as readers see it, as one JSON value; `run` is the alias of its table. */
export const runJson = (run: string): string =>
  `json_build_object('id', ${run}.id, 'sessionId', ${run}."sessionId", 'status', ${run}.status,
    'finishReason', ${run}."finishReason", 'error', ${run}.error, 'usage', ${run}.usage, 'durationMs', ${run}."durationMs",
    'steps', ${run}.steps, 'model', ${run}.settings->>'model', 'createdAt', ${run}."createdAt")`;

export const toRun = (stored: unknown): Run => RunRow.parse(stored);

/** A run of the account with its input while it runs, or null. */
export async function findRun(
  database: Database,
  accountId: string,
  runId: string,
): Promise<{ readonly run: Run; readonly input: readonly NewMessage[]; readonly isLeaseOver: boolean } | null> {
  const [found] = await rows<{ run: unknown; input: unknown; over: boolean }>(
    database,
    `select ${runJson("r")} as run, r.input, coalesce(r."leaseUntil" < now(), false) as over
     from "Run" r where r.id = $1 and r."accountId" = $2`,
    [runId, accountId],
  );
  return found
    ? { run: toRun(found.run), input: z.array(NewMessage).parse(found.input ?? []), isLeaseOver: found.over }
    : null;
}

/** The run that an account made under a request key, or null. */
export async function findRunByKey(
  database: Database,
  accountId: string,
  dialect: Dialect,
  requestKey: string,
): Promise<{ readonly id: string; readonly sessionId: string | null; readonly requestHash: string | null } | null> {
  const [found] = await rows<{ id: string; sessionId: string | null; requestHash: string | null }>(
    database,
    `select id, "sessionId", "requestHash" from "Run" where "accountId" = $1 and dialect = $2 and "requestKey" = $3`,
    [accountId, dialect, requestKey],
  );
  return found ?? null;
}

/** The latest run of a session that stored or stores messages, running or ended; null when there is none. */
export async function findLatestRun(database: Database, accountId: string, sessionId: string): Promise<Run | null> {
  const [found] = await rows<{ run: unknown }>(
    database,
    `select ${runJson("r")} as run from "Run" r
     where r."sessionId" = $1 and r."accountId" = $2 and r.stores order by r."createdAt" desc, r.id desc limit 1`,
    [sessionId, accountId],
  );
  return found ? toRun(found.run) : null;
}

/** The runs that wrote messages of a session, in no order. */
export async function listRuns(database: Database, accountId: string, sessionId: string): Promise<Run[]> {
  const found = await rows<{ run: unknown }>(
    database,
    `select ${runJson("r")} as run from "Run" r where r."sessionId" = $1 and r."accountId" = $2 and r.stores`,
    [sessionId, accountId],
  );
  return found.map((row) => toRun(row.run));
}
