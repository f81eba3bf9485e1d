import type { Database } from "../../db/database.ts";
import { appendEvents } from "../../db/run-events.ts";
import type { TurnEvent } from "../../domain/events.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";

/** What writes the events of all runs of this process, together. */
export type EventWriter = {
  /** Writes what is not written yet. */
  readonly flush: () => Promise<void>;
  /** Waits for a write on its way, and gives the events of a run that are not written, with the number of the first. */
  readonly release: (live: LiveRun) => Promise<{ readonly seqFrom: number; readonly events: readonly TurnEvent[] }>;
  /** Notes that the events which a run has now are written. */
  readonly begin: (live: LiveRun) => void;
};

export function eventWriter(
  database: Database,
  owner: string,
  lives: Registry,
  { loseMissing }: Pick<LeaseKeeper, "loseMissing">,
): EventWriter {
  /** How many events of each run are written. */
  const written = new Map<string, number>();
  let flushing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const behind = lives
      .all()
      .filter((live) => live.stores && live.state === "running" && live.events.length > (written.get(live.id) ?? 0));
    if (behind.length === 0) return;
    const batches = behind.map((live) => {
      const from = written.get(live.id) ?? 0;
      return { runId: live.id, seqFrom: from + 1, events: live.events.slice(from) };
    });
    const held = await appendEvents(database, owner, batches);
    for (const batch of batches) {
      if (held.has(batch.runId)) written.set(batch.runId, batch.seqFrom - 1 + batch.events.length);
    }
    await loseMissing(behind, held);
  }

  return {
    begin: (live) => written.set(live.id, live.events.length),
    flush() {
      flushing = write();
      return flushing;
    },
    async release(live) {
      await flushing.catch(() => {});
      const from = written.get(live.id) ?? 0;
      written.delete(live.id);
      return { seqFrom: from + 1, events: live.events.slice(from) };
    },
  };
}
