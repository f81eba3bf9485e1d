import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../db/database.ts";
import { appendEvents } from "../../db/run-events.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { runTopic, type Signals } from "../signals.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { LiveRun } from "./live-run.ts";
import type { Registry } from "./registry.ts";

/** Who follows a run in another process says so more often than this. */
const FOLLOWED_MS = 5000;
/** Runs that are followed elsewhere are written with a pause so long, and longer where they are many. */
const SHORTEST_PAUSE_MS = 25;
const PAUSE_PER_RUN_MS = 2;

/** What writes the events of all runs of this process, together. */
export type EventWriter = {
  /** Writes what is not written yet. */
  readonly flush: () => Promise<void>;
  /** Waits for a write on its way, and gives the events of a run that are not written, with the number of the first. */
  readonly release: (live: LiveRun) => Promise<{ readonly seqFrom: number; readonly events: readonly TurnEvent[] }>;
  /** Notes that the events which a run has now are written. */
  readonly begin: (live: LiveRun) => void;
  /**
   * Writes the events of a run as they come for the next seconds, and signals them: it is followed in another process.
   */
  readonly hasten: (live: LiveRun) => void;
};

type Parts = {
  readonly database: Database;
  readonly owner: string;
  readonly lives: Registry;
  readonly leases: Pick<LeaseKeeper, "loseMissing">;
  readonly signals: Pick<Signals, "notify">;
  readonly now: () => number;
};

export function eventWriter({ database, owner, lives, leases, signals, now }: Parts): EventWriter {
  const unwritten = unwrittenEvents();
  /** Until when each run counts as followed elsewhere. */
  const followed = new Map<string, number>();
  let flushing: Promise<void> = Promise.resolve();
  let soon: Promise<void> | null = null;
  let restsUntil = 0;

  const isFollowed = ({ id }: LiveRun) => (followed.get(id) ?? 0) > now();

  /** Writes one after the other: two writes of a run would both begin at its first unwritten event. */
  function write(isAsked: (live: LiveRun) => boolean): Promise<void> {
    flushing = flushing.catch(() => {}).then(() => writeNow(isAsked));
    return flushing;
  }

  async function writeNow(isAsked: (live: LiveRun) => boolean): Promise<void> {
    const behind = lives.all().filter((live) => unwritten.isBehind(live) && isAsked(live));
    if (behind.length === 0) return;
    const batches = behind.map((live) => ({ runId: live.id, ...unwritten.of(live) }));
    const held = await appendEvents(database, owner, batches);
    for (const batch of batches) {
      if (held.has(batch.runId)) unwritten.note(batch.runId, batch.seqFrom - 1 + batch.events.length);
    }
    const readElsewhere = behind.filter(isFollowed);
    if (readElsewhere.length > 0) signals.notify(readElsewhere.map(({ id }) => runTopic(id)));
    restsUntil = now() + Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_RUN_MS * behind.length);
    await leases.loseMissing(behind, held);
  }

  /** Writes what is followed: at once after a pause, else at its end, all that came meanwhile together. */
  function writeSoon(): Promise<void> {
    soon ??= rest().then(() => {
      soon = null;
      return write(isFollowed);
    });
    return soon;
  }

  async function rest(): Promise<void> {
    const ms = restsUntil - now();
    if (ms > 0) await pause(ms, null, { ref: false });
  }

  async function writeAsTheyCome(live: LiveRun): Promise<void> {
    while (unwritten.isKnown(live) && isFollowed(live)) {
      if (unwritten.isBehind(live)) await writeSoon();
      else await live.changed();
    }
  }

  return {
    begin: (live) => unwritten.note(live.id, live.events.length),
    flush: () => write(() => true),
    hasten(live) {
      const isHastened = followed.has(live.id);
      followed.set(live.id, now() + FOLLOWED_MS);
      if (isHastened) return;
      // What was written between the reader's look and now was signalled to nobody.
      signals.notify([runTopic(live.id)]);
      // What a write fails of is written, and logged, by the next flush.
      void writeAsTheyCome(live)
        .catch(() => {})
        .finally(() => followed.delete(live.id));
    },
    async release(live) {
      await flushing.catch(() => {});
      const left = unwritten.of(live);
      unwritten.forget(live);
      return left;
    },
  };
}

/** Knows how many events of each run are written, until it is forgotten. */
function unwrittenEvents() {
  const written = new Map<string, number>();
  return {
    isKnown: ({ id }: LiveRun): boolean => written.has(id),
    isBehind(live: LiveRun): boolean {
      const count = written.get(live.id) ?? live.events.length;
      return live.stores && live.state === "running" && live.events.length > count;
    },
    /** The events that are not written, with the number of the first. */
    of(live: LiveRun): { readonly seqFrom: number; readonly events: readonly TurnEvent[] } {
      const from = written.get(live.id) ?? 0;
      return { seqFrom: from + 1, events: live.events.slice(from) };
    },
    note: (runId: string, count: number): void => void written.set(runId, count),
    forget: ({ id }: LiveRun): void => void written.delete(id),
  };
}
