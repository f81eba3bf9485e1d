import type { Database } from "../../db/database.ts";
import { giveLeasesBack, renewLeases, stopRequests } from "../../db/leases.ts";
import { appendEvents, pruneEvents } from "../../db/run-events.ts";
import { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { newId } from "../../domain/ids.ts";
import type { Log } from "../scope.ts";
import type { LiveRun } from "./live-run.ts";

// The longest stretch of an answer that a crash may lose.
const FLUSH_MS = 200;
const STOP_CHECK_MS = 1000;
const RENEW_MS = 5000;
const SWEEP_MS = 5000;
const PRUNE_MS = 60_000;
const PAUSE_AFTER_FAILURE_MS = 60_000;
const LONGEST_LINE = 10;

/** What this process knows of its own turns: one in a process. */
export type Runner = {
  /** Names this process in leases. */
  readonly owner: string;
  readonly find: (runId: string) => LiveRun | undefined;
  readonly count: () => number;
  /** The ids of the runs that work in this process. */
  readonly running: () => string[];
  /** Whether new turns are refused because the process is going. */
  readonly isDraining: () => boolean;
  readonly add: (live: LiveRun) => void;
  /** Forgets a run and gives the events of it that are not written yet, with the number of the first. */
  readonly remove: (live: LiveRun) => Promise<{ readonly seqFrom: number; readonly events: readonly TurnEvent[] }>;
  /**
   * Does work of a name behind the answers: one at a time, and once more at its end when it was asked for meanwhile. Work
   * that throws is logged, and not begun again for a minute.
   */
  readonly soon: (name: string, work: () => Promise<void>) => void;
  /**
   * Waits for the turn of a caller among those who wait for one session, in the order in which they came.
   *
   * The result releases the next. Throws "rate-limited" when ten wait already, "cancelled" when `signal` aborts.
   */
  readonly lineUp: (sessionId: string, signal?: AbortSignal) => Promise<() => void>;
  /** Does work of a name when what was begun under the name before is done. */
  readonly alone: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
  /** Whether anybody waits for a session. */
  readonly isAwaited: (sessionId: string) => boolean;
  /** Calls `work` at once, and then as long as the process lives. */
  readonly startSweeping: (work: () => Promise<void>) => void;
  /** Refuses new turns, waits up to `graceMs` for the running ones, then leaves them to others. */
  readonly drain: (graceMs: number) => Promise<void>;
};

type Waiter = ReturnType<typeof Promise.withResolvers<void>>;

/** Starts the writer and the clocks that all turns of this process share. */
export function startRunner(database: Database, log: Log): Runner {
  const owner = newId();
  const lives = new Map<string, LiveRun>();
  /** How many events of each run are written. */
  const written = new Map<string, number>();
  let flushing: Promise<void> = Promise.resolve();
  let isDraining = false;
  const background = new Map<string, { isRunning: boolean; isAskedAgain: boolean; pausedUntil: number }>();
  /** Those who wait for each session, the first of them at the head. */
  const lines = new Map<string, Waiter[]>();
  /** The end of what was begun last under each name. */
  const last = new Map<string, Promise<void>>();
  const timers: NodeJS.Timeout[] = [];

  const every = (ms: number, work: () => Promise<void>) => {
    let isBusy = false;
    const timer = setInterval(async () => {
      if (isBusy) return;
      isBusy = true;
      try {
        await work();
      } catch (thrown) {
        log.error({ err: thrown }, "A background task failed and will be tried again");
      } finally {
        isBusy = false;
      }
    }, ms);
    timer.unref();
    timers.push(timer);
  };

  const storing = () => [...lives.values()].filter((live) => live.stores && live.state === "running");
  const loseMissing = (asked: readonly LiveRun[], held: { has: (id: string) => boolean }) => {
    for (const live of asked) {
      if (!held.has(live.id))
        live.abort("lost", new ChatError("interrupted", "Another process goes on with this turn"));
    }
  };

  const flush = async () => {
    const behind = storing().filter((live) => live.events.length > (written.get(live.id) ?? 0));
    if (behind.length === 0) return;
    const batches = behind.map((live) => {
      const from = written.get(live.id) ?? 0;
      return { runId: live.id, seqFrom: from + 1, events: live.events.slice(from) };
    });
    const held = await appendEvents(database, owner, batches);
    for (const batch of batches) {
      if (held.has(batch.runId)) written.set(batch.runId, batch.seqFrom - 1 + batch.events.length);
    }
    loseMissing(behind, held);
  };

  every(FLUSH_MS, () => {
    flushing = flush();
    return flushing;
  });
  every(STOP_CHECK_MS, async () => {
    const runs = storing();
    if (runs.length === 0 || database.kind === "pglite") return;
    for (const id of await stopRequests(
      database,
      owner,
      runs.map((live) => live.id),
    )) {
      lives.get(id)?.abort("stop", new ChatError("cancelled", "Stopped"));
    }
  });
  every(RENEW_MS, async () => {
    const runs = [...lives.values()].filter((live) => live.state === "running");
    if (runs.length === 0) return;
    const held = await renewLeases(
      database,
      owner,
      runs.map((live) => live.id),
    );
    loseMissing(runs, held);
  });
  every(PRUNE_MS, () => pruneEvents(database));

  return {
    owner,
    find: (runId) => lives.get(runId),
    count: () => lives.size,
    running: () => [...lives.keys()],
    isDraining: () => isDraining,
    add(live) {
      written.set(live.id, live.events.length);
      lives.set(live.id, live);
    },
    async remove(live) {
      lives.delete(live.id);
      // A flush on its way may hold events of this run.
      await flushing.catch(() => {});
      const from = written.get(live.id) ?? 0;
      written.delete(live.id);
      return { seqFrom: from + 1, events: live.events.slice(from) };
    },
    soon(name, work) {
      const state = background.get(name) ?? { isRunning: false, isAskedAgain: false, pausedUntil: 0 };
      background.set(name, state);
      state.isAskedAgain = true;
      if (state.isRunning || isDraining || Date.now() < state.pausedUntil) return;
      state.isRunning = true;
      void (async () => {
        try {
          while (state.isAskedAgain && !isDraining) {
            state.isAskedAgain = false;
            await work();
          }
        } catch (thrown) {
          state.pausedUntil = Date.now() + PAUSE_AFTER_FAILURE_MS;
          log.warn({ err: thrown, task: name }, "A background task failed and waits a minute");
        } finally {
          state.isRunning = false;
        }
      })();
    },
    async alone(name, work) {
      const before = last.get(name) ?? Promise.resolve();
      const mine = before.then(work);
      const settled = mine.then(
        () => {},
        () => {},
      );
      last.set(name, settled);
      try {
        return await mine;
      } finally {
        if (last.get(name) === settled) last.delete(name);
      }
    },
    isAwaited: (sessionId) => lines.has(sessionId),
    async lineUp(sessionId, signal) {
      const line = lines.get(sessionId) ?? [];
      const left = () => new ChatError("cancelled", "The caller left the line");
      if (signal?.aborted) throw left();
      // The head of the line waits for the running turn, the others wait for the head.
      if (line.length >= LONGEST_LINE) {
        const message = `${LONGEST_LINE} other turns wait for this session already`;
        throw new ChatError("rate-limited", message, { retryAfterSeconds: 5 });
      }
      const waiter: Waiter = Promise.withResolvers();
      line.push(waiter);
      lines.set(sessionId, line);
      const leave = () => {
        const at = line.indexOf(waiter);
        if (at >= 0) line.splice(at, 1);
        if (line.length === 0) lines.delete(sessionId);
        else if (at === 0) line[0]?.resolve();
      };
      if (line[0] === waiter) return leave;
      const hangUp = () => waiter.reject(left());
      signal?.addEventListener("abort", hangUp, { once: true });
      try {
        await waiter.promise;
        return leave;
      } catch (thrown) {
        leave();
        throw thrown;
      } finally {
        signal?.removeEventListener("abort", hangUp);
      }
    },
    startSweeping(work) {
      every(SWEEP_MS, work);
    },
    async drain(graceMs) {
      isDraining = true;
      const running = [...lives.values()].map((live) => live.ended);
      await Promise.race([Promise.all(running), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      for (const timer of timers) clearInterval(timer);
      const left = [...lives.values()];
      for (const live of left) {
        const reason = new ChatError("interrupted", "The server restarts");
        live.abort(live.onHangUp === "go-on" ? "hand-over" : "hang-up", reason);
      }
      await Promise.all(left.map((live) => live.ended));
      await giveLeasesBack(database, owner);
    },
  };
}
