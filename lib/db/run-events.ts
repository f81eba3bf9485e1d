import { z } from "zod";
import { TurnEvent } from "../domain/events.ts";
import type { Database } from "./database.ts";
import { appendEventRows, listEventRows, pruneEventRows, pruneOutputs } from "./sql/run-events.ts";

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
  const written = await appendEventRows(database, {
    runIds: batches.map((batch) => batch.runId),
    seqsFrom: batches.map((batch) => batch.seqFrom),
    seqsTo: batches.map((batch) => batch.seqFrom + batch.events.length - 1),
    events: batches.map((batch) => JSON.stringify(packed(batch.events))),
    owner,
  });
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
  const batches = await listEventRows(database, { runId, after });
  return batches
    .flatMap((batch) => unpacked(batch.events).map((event, n) => ({ seq: batch.seqFrom + n, event })))
    .filter(({ seq }) => seq > after);
}

/**
 * Drops the events of runs that ended over ten minutes ago, as nobody reconnects to them by number any more, and after a
 * day what was kept for repeats of a request, with its key.
 */
export async function pruneEvents(database: Database): Promise<void> {
  for (const prune of [pruneEventRows, pruneOutputs]) {
    for (let gone = PRUNED_AT_ONCE; gone === PRUNED_AT_ONCE; ) {
      const pruned = await prune(database, { most: PRUNED_AT_ONCE });
      gone = pruned[0]?.runs ?? 0;
    }
  }
}

const PRUNED_AT_ONCE = 200;
