import { z } from "zod";
import { statement, unseen } from "./statement.ts";

// By hand for the batches and the locks.

/**
 * Writes batches of events of many runs: the n-th of each list belong together, `events` as JSON. Gives the runs that
 * their owner still holds. A batch that was written before is replaced.
 *
 * The rows of the runs are locked: whoever takes a run over reads all that its old owner has written, and nothing comes
 * after.
 */
export const appendEventRows = statement({
  name: "append-events",
  text: `with held as materialized (
       select id from "Run" where id = any($1::uuid[]) and "leaseOwner" = $5 and status = 'running' order by id for share
     )
     insert into "RunEvent" ("runId", "seqFrom", "seqTo", events)
     select held.id, x.f, x.t, x.e::json from unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) x(id, f, t, e)
     join held on held.id = x.id
     on conflict ("runId", "seqFrom") do update set "seqTo" = excluded."seqTo", events = excluded.events
     returning "runId"`,
  parameters: { runIds: "uuid[]", seqsFrom: "int4[]", seqsTo: "int4[]", events: "text[]", owner: "text" },
  row: z.object({ runId: z.string() }),
});

/** The batches of a run that end after a number. */
export const listEventRows = statement({
  name: "list-events",
  text: `select "seqFrom", events from "RunEvent" where "runId" = $1 and "seqTo" > $2 order by "seqFrom"`,
  parameters: { runId: "uuid", after: "int4" },
  // Events are unpacked by who reads them.
  row: z.object({ seqFrom: z.number(), events: z.unknown() }),
});

/** How runs stand and what came in them after a number: the n-th of each list belong together, counted from 1. */
export const lookAtRunRows = statement({
  name: "look-at-runs",
  text: `select x.n::int as n, r.status = 'running' as "isRunning", r."leaseOwner" as owner,
       coalesce(r."leaseUntil" < now(), false) as "isLeaseOver",
       coalesce((select json_agg(json_build_object('seqFrom', e."seqFrom", 'events', e.events) order by e."seqFrom")
         from "RunEvent" e where e."runId" = r.id and e."seqTo" > x.after), '[]') as batches
     from unnest(${unseen("$1", "uuid[]")}, ${unseen("$2", "uuid[]")}, ${unseen("$3", "int[]")}) with ordinality x(id, "accountId", after, n)
     join "Run" r on r.id = x.id and r."accountId" = x."accountId"`,
  parameters: { runIds: "uuid[]", accountIds: "uuid[]", afters: "int4[]" },
  row: z.object({
    n: z.number(),
    isRunning: z.boolean(),
    owner: z.string().nullable(),
    isLeaseOver: z.boolean(),
    // Events are unpacked by who reads them.
    batches: z.array(z.object({ seqFrom: z.number(), events: z.unknown() })),
  }),
});

/** Drops the events of a run that an owner holds. */
export const dropEventRows = statement({
  name: "drop-events",
  text: `delete from "RunEvent" e using "Run" r
     where r.id = $1 and r."leaseOwner" = $2 and r.status = 'running' and e."runId" = r.id`,
  parameters: { runId: "uuid", owner: "text" },
});

const Pruned = z.object({ runs: z.number() });

/** Drops the events of some of the runs that ended over ten minutes ago. Gives of how many. */
export const pruneEventRows = statement({
  name: "prune-events",
  // The few runs that have events are looked at, not the many that have ended.
  text: `with over as materialized (
    select r.id from (select distinct "runId" from "RunEvent") e join "Run" r on r.id = e."runId"
    where r."endedAt" < now() - interval '10 minutes' limit $1
  ), gone as (
    delete from "RunEvent" e using over where e."runId" = over.id
  )
  select count(*)::int as runs from over`,
  parameters: { most: "int8" },
  row: Pruned,
});

/** Drops what is kept for repeats of requests of some of the runs that ended over a day ago. Gives of how many. */
export const pruneOutputs = statement({
  name: "prune-outputs",
  text: `with over as materialized (
    select id from "Run" where output is not null and "endedAt" < now() - interval '1 day'
    order by id limit $1 for no key update
  ), gone as (
    update "Run" r set output = null, "requestKey" = null from over where r.id = over.id
  )
  select count(*)::int as runs from over`,
  parameters: { most: "int8" },
  row: Pruned,
});
