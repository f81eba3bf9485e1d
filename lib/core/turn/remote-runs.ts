import type { Database } from "../../db/database.ts";
import { lookAtRun } from "../../db/run-events.ts";
import { findOutput } from "../../db/runs.ts";
import { isLast } from "../../domain/events.ts";
import { type Bell, bellOf, followedTopic, runTopic, type Signals } from "../signals.ts";
import { type EventLog, eventLog } from "./event-log.ts";
import type { LiveRun } from "./live-run.ts";

/** So often the process that works on a run is told that it is followed elsewhere. */
const TELL_MS = 2000;
const SOON_MS = 100;

/** A run that does not work in this process, as its followers here read it together. */
export type RemoteRun = EventLog & {
  readonly id: string;
  /** "here": this process has taken it over. "gone": no such run of the account, or no longer. */
  state: "running" | "ended" | "here" | "gone";
  /** Whether the run has been there. */
  wasThere: boolean;
  /** Why it cannot be read; null: it can. */
  fault: { readonly thrown: unknown } | null;
};

export type RemoteRuns = {
  /** Reads a run as long as anybody follows it. `leave` is to be called once. */
  readonly follow: (accountId: string, runId: string) => { readonly run: RemoteRun; readonly leave: () => void };
  /** Lets the followers of a run look: it works in this process from now on. */
  readonly wake: (runId: string) => void;
};

type Read = { readonly run: RemoteRun; readonly accountId: string; readonly bell: Bell; followers: number };

type RemotePorts = {
  readonly database: Database;
  readonly signals: Signals;
  readonly find: (runId: string) => LiveRun | undefined;
  /** Goes on with a run whose lease is over. */
  readonly takeOver: (accountId: string, runId: string) => Promise<unknown>;
  readonly now: () => number;
};

/**
 * What all followers of this process share: however many follow a run, it is read once, when its process signals that
 * there is more.
 */
export function remoteRuns(ports: RemotePorts): RemoteRuns {
  const reads = new Map<string, Read>();

  return {
    follow(accountId, runId) {
      const name = `${accountId} ${runId}`;
      const known = reads.get(name);
      const read = known ?? begun(ports.signals, accountId, runId);
      read.followers++;
      if (!known) {
        reads.set(name, read);
        void readAll(ports, read).finally(() => {
          if (reads.get(name) === read) reads.delete(name);
        });
      }
      return {
        run: read.run,
        leave() {
          read.followers--;
          if (read.followers > 0) return;
          // Who follows it next begins anew.
          reads.delete(name);
          read.bell.ring();
        },
      };
    },
    wake(runId) {
      for (const { run, bell } of reads.values()) if (run.id === runId) bell.ring();
    },
  };
}

function begun(signals: Signals, accountId: string, runId: string): Read {
  const run: RemoteRun = { ...eventLog([]), id: runId, state: "running", wasThere: false, fault: null };
  return { run, accountId, bell: bellOf(signals, [runTopic(runId)]), followers: 0 };
}

/** Reads a run to its end. Never throws. */
async function readAll({ database, signals, find, takeOver, now }: RemotePorts, read: Read): Promise<void> {
  const { run, bell } = read;
  let told: { readonly owner: string | null; readonly at: number } | null = null;
  try {
    while (read.followers > 0) {
      const found = await look(database, read);
      if (run.state !== "running" || !found) return;
      // Its process writes what is followed sooner, and signals it.
      if (told === null || told.owner !== found.owner || now() - told.at >= TELL_MS) {
        told = { owner: found.owner, at: now() };
        signals.notify([followedTopic(run.id)]);
      }
      if (found.isLeaseOver) await takeOver(read.accountId, run.id);
      if (find(run.id)) {
        run.state = "here";
        return;
      }
      // Another process may be taking it over just now.
      await bell.rung(found.isLeaseOver ? SOON_MS : undefined);
    }
  } catch (thrown) {
    run.fault = { thrown };
    run.state = "gone";
  } finally {
    bell.end();
    run.nudge();
  }
}

/** Reads what is new of a run. Null: it is not there. */
async function look(database: Database, { run, accountId }: Read) {
  const found = await lookAtRun(database, { runId: run.id, accountId, after: run.events.length });
  if (!found) {
    run.state = "gone";
    return null;
  }
  run.wasThere = true;
  if (found.isRunning) {
    if (found.events.length > 0) run.append(found.events);
    return found;
  }
  const isWhole = found.events.some(isLast);
  // Events go ten minutes after the end; what is kept for repeats of a request stays a day.
  const kept = isWhole ? null : await findOutput(database, accountId, run.id);
  const events = kept === null ? found.events : kept.events.slice(run.events.length);
  run.state = "ended";
  run.append(events);
  return found;
}
