import type { Database } from "../../db/database.ts";
import { giveLeasesBack } from "../../db/leases.ts";
import { pruneEvents } from "../../db/run-events.ts";
import { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";
import type { Host } from "../host.ts";
import type { Log } from "../log.ts";
import { atMost, type Background, startBackground } from "./background.ts";
import { eventWriter } from "./event-writer.ts";
import { leaseKeeper } from "./lease-keeper.ts";
import type { LiveRun } from "./live-run.ts";
import { type Registry, registry } from "./registry.ts";
import { type SessionLine, sessionLine } from "./session-line.ts";

// The longest stretch of an answer that a crash may lose.
const FLUSH_MS = 200;
const STOP_CHECK_MS = 1000;
const RENEW_MS = 5000;
const SWEEP_MS = 5000;
const PRUNE_MS = 60_000;

/** What this process knows of its own turns: one in a process. */
export type Runner = Pick<Registry, "find" | "count" | "running" | "ofSession" | "ofAccount" | "add"> &
  SessionLine &
  Pick<Background, "soon"> & {
    /** Names this process in leases. */
    readonly owner: string;
    /** Whether new turns are refused because the process is going. */
    readonly isDraining: () => boolean;
    /** Forgets a run and gives the events of it that are not written yet, with the number of the first. */
    readonly remove: (live: LiveRun) => Promise<{ readonly seqFrom: number; readonly events: readonly TurnEvent[] }>;
    /** Calls `work` every few seconds as long as the process lives, where its host lets it work between requests. */
    readonly startSweeping: (work: () => Promise<void>) => void;
    /** Refuses new turns, waits up to `graceMs` for the running ones, then leaves them to others. */
    readonly drain: (graceMs: number) => Promise<void>;
  };

type RunnerPorts = {
  readonly host: Host;
  readonly database: Database;
  readonly log: Log;
  readonly now: () => number;
  readonly newId: () => string;
};

/** Starts what all turns of this process share: the list of them, what writes their events, and what keeps their leases. */
export function startRunner({ host, database, log, now, newId }: RunnerPorts): Runner {
  const owner = newId();
  const lives = registry();
  const background = startBackground(log, now, host);
  const leases = leaseKeeper(database, owner, lives);
  const writer = eventWriter(database, owner, lives, leases);
  let isDraining = false;

  background.every(FLUSH_MS, writer.flush);
  background.every(RENEW_MS, leases.renew);
  if (host.isAlwaysAwake) background.every(PRUNE_MS, () => pruneEvents(database));
  // The embedded database has one process, which is told of a stop at once.
  if (database.kind === "postgresql") background.every(STOP_CHECK_MS, leases.hearStops);

  /** Leaves a run to another process where it goes on without its caller, and ends it where it does not. */
  const leave = (live: LiveRun, reason: ChatError): void =>
    live.abort(live.onHangUp === "go-on" ? "hand-over" : "hang-up", reason);

  /** Leaves a run before the host ends the request that it runs in. */
  function leaveInTime(live: LiveRun): void {
    const deadline = host.deadline();
    if (deadline === null) return;
    const reason = new ChatError("interrupted", "The turn took longer than the server may work on one request");
    const timer = setTimeout(leave, Math.max(0, deadline - now()), live, reason).unref();
    void live.ended.then(() => clearTimeout(timer));
  }

  return {
    owner,
    ...sessionLine(),
    find: lives.find,
    count: lives.count,
    running: lives.running,
    ofSession: lives.ofSession,
    ofAccount: lives.ofAccount,
    soon: background.soon,
    isDraining: () => isDraining,
    add(live) {
      lives.add(live);
      writer.begin(live);
      leaveInTime(live);
    },
    remove(live) {
      lives.delete(live);
      // A write on its way may hold events of this run.
      return writer.release(live);
    },
    startSweeping(work) {
      if (host.isAlwaysAwake) background.every(SWEEP_MS, work);
    },
    async drain(graceMs) {
      isDraining = true;
      const allEnded = (runs: readonly LiveRun[]) => Promise.all(runs.map((live) => live.ended));
      await atMost(graceMs, allEnded(lives.all()));
      background.end();
      const left = lives.all();
      for (const live of left) leave(live, new ChatError("interrupted", "The server restarts"));
      await allEnded(left);
      await giveLeasesBack(database, owner);
    },
  };
}
