import type { Database } from "../../db/database.ts";
import { giveLeasesBack } from "../../db/leases.ts";
import { pruneEvents } from "../../db/run-events.ts";
import { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";
import type { Host } from "../host.ts";
import type { Log } from "../log.ts";
import { followedTopic, LEFT_TOPIC, lineTopic, runTopic, type Signals, stopTopic } from "../signals.ts";
import { atMost, type Background, startBackground } from "./background.ts";
import { eventWriter } from "./event-writer.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease-keeper.ts";
import type { LiveRun } from "./live-run.ts";
import { type Registry, registry } from "./registry.ts";
import { type RemoteRuns, remoteRuns } from "./remote-runs.ts";
import { type SessionLine, sessionLine } from "./session-line.ts";

// The longest stretch of an answer that a crash may lose.
const FLUSH_MS = 200;
/** How soon a stop is heard at the latest: without signals, and where one got lost. */
const DEAF_STOP_CHECK_MS = 1000;
const STOP_CHECK_MS = 2000;
const RENEW_MS = 5000;
const SWEEP_MS = 5000;
const PRUNE_MS = 60_000;

/** What this process knows of its own turns: one in a process. */
export type Runner = Pick<Registry, "find" | "count" | "running" | "ofSession" | "ofAccount" | "add"> &
  Pick<SessionLine, "lineUp" | "isAwaited" | "enter" | "alone"> &
  Pick<Background, "soon"> & {
    /** Names this process in leases. */
    readonly owner: string;
    /** Whether new turns are refused because the process is going. */
    readonly isDraining: () => boolean;
    /** Reads a run that works elsewhere, together with all others here who follow it. */
    readonly followRemote: RemoteRuns["follow"];
    /** Forgets a run and gives the events of it that are not written yet, with the number of the first. */
    readonly remove: (live: LiveRun) => Promise<{ readonly seqFrom: number; readonly events: readonly TurnEvent[] }>;
    /** Calls `work` every few seconds as long as the process lives, where its host lets it work between requests. */
    readonly startSweeping: (work: () => Promise<void>) => void;
    /**
     * As `startSweeping`, with work that takes over what others have left: also as soon as somebody leaves something.
     * `one` takes over a run of an account that is followed here and that its process has left, on every host.
     */
    readonly startTakingOver: (works: TakeOvers) => void;
    /** Refuses new turns, waits up to `graceMs` for the running ones, then leaves them to others. */
    readonly drain: (graceMs: number) => Promise<void>;
  };

type TakeOvers = {
  readonly all: () => Promise<void>;
  readonly one: (accountId: string, runId: string) => Promise<unknown>;
};

type RunnerPorts = {
  readonly host: Host;
  readonly database: Database;
  readonly signals: Signals;
  readonly log: Log;
  readonly now: () => number;
  readonly newId: () => string;
};

/**
 * Starts what all turns of this process share: the list of them, what writes their events, and what keeps their leases.
 */
export function startRunner({ host, database, signals, log, now, newId }: RunnerPorts): Runner {
  const owner = newId();
  const lives = registry();
  const background = startBackground(log, now, host);
  const leases = leaseKeeper(database, owner, lives);
  const writer = eventWriter({ database, owner, lives, leases, signals, now });
  const line = sessionLine({ host, database, owner, signals, log });
  const takeOvers = takeOversOf(host, background, signals);
  const remotes = remoteRuns({ database, signals, find: lives.find, takeOver: takeOvers.one, now });
  let isDraining = false;

  background.every(FLUSH_MS, writer.flush);
  background.every(RENEW_MS, leases.renew);
  background.every(RENEW_MS, line.renew);
  if (host.isAlwaysAwake) {
    background.every(PRUNE_MS, () => pruneEvents(database));
    background.every(PRUNE_MS, line.prune);
  }
  // The embedded database has one process, which is told of a stop at once.
  if (database.kind === "postgresql") startHearing(background, leases, signals);

  return {
    owner,
    lineUp: line.lineUp,
    isAwaited: line.isAwaited,
    enter: line.enter,
    alone: line.alone,
    find: lives.find,
    count: lives.count,
    running: lives.running,
    ofSession: lives.ofSession,
    ofAccount: lives.ofAccount,
    soon: background.soon,
    isDraining: () => isDraining,
    followRemote: remotes.follow,
    add(live) {
      lives.add(live);
      writer.begin(live);
      leaveInTime(live, host, now);
      remotes.wake(live.id);
      const deaf = [
        signals.listen(stopTopic(live.id), () => background.soon("hear requests", leases.hearRequests)),
        signals.listen(followedTopic(live.id), () => writer.hasten(live)),
      ];
      void live.ended.then(() => {
        for (const end of deaf) end();
        signals.notify(topicsOfEnd(live));
      });
    },
    remove(live) {
      lives.delete(live);
      // A write on its way may hold events of this run.
      return writer.release(live);
    },
    startSweeping(work) {
      if (host.isAlwaysAwake) background.every(SWEEP_MS, work);
    },
    startTakingOver: takeOvers.start,
    async drain(graceMs) {
      isDraining = true;
      const closing = line.close().catch((thrown) => {
        log.warn({ err: thrown }, "Places in lines are nobody's in some seconds");
      });
      const allEnded = (runs: readonly LiveRun[]) => Promise.all(runs.map((live) => live.ended));
      await atMost(graceMs, allEnded(lives.all()));
      background.end();
      const left = lives.all();
      for (const live of left) leave(live, new ChatError("interrupted", "The server restarts"));
      await allEnded(left);
      await giveLeasesBack(database, owner);
      await closing;
      if (left.length > 0) signals.notify([LEFT_TOPIC, ...left.map(({ id }) => runTopic(id))]);
      await signals.sent();
    },
  };
}

/** Hears what other processes ask for, sooner where signals do not come. */
function startHearing(background: Background, { hearRequests }: LeaseKeeper, signals: Signals): void {
  background.every(STOP_CHECK_MS, hearRequests);
  background.every(DEAF_STOP_CHECK_MS, async () => {
    if (signals.lookAfterMs() < DEAF_STOP_CHECK_MS) await hearRequests();
  });
}

/** Takes over what others have left, once at a time. Nothing is, before `start`. */
function takeOversOf(host: Host, background: Background, signals: Signals) {
  let takeOverOne: TakeOvers["one"] = async () => null;
  return {
    one: (accountId: string, runId: string): Promise<unknown> => takeOverOne(accountId, runId),
    start({ all, one }: TakeOvers): void {
      takeOverOne = one;
      if (!host.isAlwaysAwake) return;
      let goingOn: Promise<void> | null = null;
      const takeOver = () => {
        goingOn ??= all().finally(() => {
          goingOn = null;
        });
        return goingOn;
      };
      background.every(SWEEP_MS, takeOver);
      signals.listen(LEFT_TOPIC, () => background.soon("take over", takeOver));
    },
  };
}

/** Leaves a run to another process where it goes on without its caller, and ends it where it does not. */
const leave = (live: LiveRun, reason: ChatError): void =>
  live.abort(live.onHangUp === "go-on" ? "hand-over" : "hang-up", reason);

/** Leaves a run before the host ends the request that it runs in. */
function leaveInTime(live: LiveRun, host: Host, now: () => number): void {
  const deadline = host.deadline();
  if (deadline === null) return;
  const reason = new ChatError("interrupted", "The turn took longer than the server may work on one request");
  const timer = setTimeout(leave, Math.max(0, deadline - now()), live, reason).unref();
  void live.ended.then(() => clearTimeout(timer));
}

/** Who waits for the end of a turn: its followers elsewhere, and whose turn in its session is next. */
const topicsOfEnd = ({ id, sessionId, stores }: LiveRun): string[] =>
  stores && sessionId !== null ? [runTopic(id), lineTopic(sessionId)] : [runTopic(id)];
