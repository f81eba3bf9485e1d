import { z } from "zod";
import { TurnEvent } from "../domain/events.ts";
import type { Database } from "./database.ts";
import { rows } from "./sql.ts";

/** A stretch of events as one row holds them. */
export type EventBatch = { readonly runId: string; readonly seqFrom: number; readonly events: readonly TurnEvent[] };

/**
 * Writes batches of many runs in one statement.
 *
 * Gives the ids of the runs that `owner` still holds; a run that is missing has been taken over, ended or deleted. A batch
 * that was written before, by a statement whose answer got lost, is replaced by the same and what came after it.
 *
 * The rows of the runs are locked: whoever takes a run over reads all that its old owner has written, and nothing comes
 * after.
 */
export async function appendEvents(
  database: Database,
  owner: string,
  batches: readonly EventBatch[],
): Promise<ReadonlySet<string>> {
  const written = await rows<{ runId: string }>(
    database,
    `with held as materialized (
       select id from "Run" where id = any($1::uuid[]) and "leaseOwner" = $5 and status = 'running' order by id for share
     )
     insert into "RunEvent" ("runId", "seqFrom", "seqTo", events)
     select held.id, x.f, x.t, x.e::json from unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) x(id, f, t, e)
     join held on held.id = x.id
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

export const unpacked = (stored: unknown): TurnEvent[] =>
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

/**
 * Drops the events of runs that ended over ten minutes ago, as nobody reconnects to them by number any more, and after a
 * day what was kept for repeats of a request, with its key.
 */
export async function pruneEvents(database: Database): Promise<void> {
  for (const prune of [PRUNE_EVENTS, PRUNE_OUTPUT]) {
    for (let gone = PRUNED_AT_ONCE; gone === PRUNED_AT_ONCE; ) {
      const pruned = await rows<{ runs: number }>(database, prune, [PRUNED_AT_ONCE]);
      gone = pruned[0]?.runs ?? 0;
    }
  }
}

const PRUNED_AT_ONCE = 200;

// The few runs that have events are looked at, not the many that have ended.
const PRUNE_EVENTS = `with over as materialized (
    select r.id from (select distinct "runId" from "RunEvent") e join "Run" r on r.id = e."runId"
    where r."endedAt" < now() - interval '10 minutes' limit $1
  ), gone as (
    delete from "RunEvent" e using over where e."runId" = over.id
  )
  select count(*)::int as runs from over`;

const PRUNE_OUTPUT = `with over as materialized (
    select id from "Run" where output is not null and "endedAt" < now() - interval '1 day'
    order by id limit $1 for no key update
  ), gone as (
    update "Run" r set output = null, "requestKey" = null from over where r.id = over.id
  )
  select count(*)::int as runs from over`;
