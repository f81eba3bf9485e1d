import { z } from "zod";
import { TurnEvent } from "../domain/events.ts";
import type { Database } from "./database.ts";
import {
  appendEventRows,
  dropEventRows,
  listEventRows,
  lookAtRunRows,
  pruneEventRows,
  pruneOutputs,
} from "./sql/run-events.ts";
import { jsonText } from "./sql/statement.ts";
import { together } from "./together.ts";

/** A stretch of events as one row holds them. */
export type EventBatch = { readonly runId: string; readonly seqFrom: number; readonly events: readonly TurnEvent[] };

/**
 * Writes batches of many runs in one statement.
 *
 * Gives the ids of the runs that `owner` still holds; a run that is missing has been taken over, ended or deleted. A
 * batch that was written before, by a statement whose answer got lost, is replaced by the same and what came after it.
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
    events: batches.map((batch) => jsonText(packed(batch.events))),
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

/** Drops all events of a run that `owner` holds. */
export async function dropEvents(database: Database, owner: string, runId: string): Promise<void> {
  await dropEventRows(database, { runId, owner });
}

/** How a run stands, and what came in it after an event. */
export type RunLook = {
  readonly isRunning: boolean;
  /** Who works on it, or did. */
  readonly owner: string | null;
  readonly isLeaseOver: boolean;
  /** In order; the first has the next number. */
  readonly events: readonly TurnEvent[];
};

/**
 * Looks at a run of an account, of which the first `after` events are known; null where there is none. All is of one
 * moment: what is written before a run ends is there when it has ended. Runs that are looked at in one moment are read
 * together.
 */
export async function lookAtRun(
  database: Database,
  asked: { readonly runId: string; readonly accountId: string; readonly after: number },
): Promise<RunLook | null> {
  const row = await lookTogether(database, asked);
  if (!row) return null;
  const { isRunning, owner, isLeaseOver, batches } = row;
  const events = batches.flatMap((batch) => {
    const known = Math.max(0, asked.after + 1 - batch.seqFrom);
    return unpacked(batch.events).slice(known);
  });
  return { isRunning, owner, isLeaseOver, events };
}

type Asked = Parameters<typeof lookAtRun>[1];

const lookTogether = together(async (database, asked: readonly Asked[]) => {
  const rows = await lookAtRunRows(database, {
    runIds: asked.map(({ runId }) => runId),
    accountIds: asked.map(({ accountId }) => accountId),
    afters: asked.map(({ after }) => after),
  });
  const found = new Map(rows.map((row) => [row.n, row]));
  return asked.map((_, n) => found.get(n + 1) ?? null);
});

/**
 * Drops the events of runs that ended over ten minutes ago, as nobody reconnects to them by number any more, and after
 * a day what was kept for repeats of a request, with its key.
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
