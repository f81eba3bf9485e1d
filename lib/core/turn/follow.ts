import { readEvents } from "../../db/run-events.ts";
import { findOutput, findRun } from "../../db/runs.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { isLast } from "../../domain/events.ts";
import type { Scope } from "../scope.ts";
import { SESSION_GONE } from "./failure.ts";
import type { LiveRun } from "./live-run.ts";
import { takeOverRun } from "./take-over.ts";

/** A stretch of a run's events; `from` is the number of the first. */
export type Stretch = { readonly from: number; readonly events: readonly TurnEvent[] };

const POLL_MS = 150;

/**
 * The events of a run after number `after`, in order, none twice and none missing, until its last.
 *
 * Works for a run of this process, one that another instance works on, and one that has ended within ten minutes.
 * Yields nothing for a run that is not the account's. A run that goes while it is followed, with its session, ends in a
 * "turn-error". Ends without a last event when its events are no longer kept; what is kept for repeats of a request is kept
 * for a day; also shortly before the host ends the request. `signal` ends the following, not the run.
 *
 * A run that its process has left is gone on with by this one.
 */
export async function* follow(
  scope: Scope,
  runId: string,
  after = 0,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  const live = scope.runner.find(runId);
  if (live && live.accountId === scope.accountId) yield* followOn(scope, live, after, signal);
  else yield* followStored(scope, runId, after, signal);
}

/** As `follow`, for a turn that was just taken: a run of this process has all its events, also one that stores nothing. */
export const followTaken = (
  scope: Scope,
  { live, runId }: { readonly live: LiveRun | null; readonly runId: string },
): AsyncGenerator<Stretch, void> => (live ? followOn(scope, live, 0) : follow(scope, runId));

/** Follows a run of this process, and where another process goes on with it, what that one writes. */
async function* followOn(
  scope: Scope,
  live: LiveRun,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  let next = after;
  for await (const stretch of followLive(live, next, signal)) {
    next = stretch.from + stretch.events.length - 1;
    yield stretch;
  }
  if (live.state === "left") yield* followStored(scope, live.id, next, signal);
}

/** Follows a run of this process. Each pull gives all that came since the last, so a slow reader holds up nobody. */
export async function* followLive(live: LiveRun, after: number, signal?: AbortSignal): AsyncGenerator<Stretch, void> {
  let next = after;
  signal?.addEventListener("abort", live.nudge, { once: true });
  while (!signal?.aborted) {
    const events = live.events.slice(next);
    if (events.length > 0) {
      yield { from: next + 1, events };
      next += events.length;
    } else if (live.state !== "running") {
      return;
    } else {
      await live.changed();
    }
  }
}

/** All events of a turn that is followed, once it has ended. */
export async function endedTurn(stretches: AsyncIterable<Stretch>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const stretch of stretches) events.push(...stretch.events);
  return events;
}

/** Waits until the provider has accepted a run's first model call, the run has ended, or `waitMs` are over. */
export async function acceptance(live: LiveRun, waitMs: number): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  const timer = setTimeout(waiting.resolve, waitMs);
  let isOver = false;
  void waiting.promise.then(() => {
    isOver = true;
  });
  while (!isOver && live.state === "running" && !live.events.some((event) => event.type === "step-start")) {
    await Promise.race([live.changed(), waiting.promise]);
  }
  clearTimeout(timer);
}

/** The end of a run that was deleted with its session. */
const GONE: TurnEvent = {
  type: "turn-error",
  ...SESSION_GONE,
  usage: { inputTokens: null, outputTokens: null, isEstimated: true },
  durationMs: 0,
  steps: 0,
  model: null,
};

async function* followStored(
  scope: Scope,
  runId: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  let next = after;
  const { host, runner } = scope;
  const deadline = host.deadline() ?? Number.POSITIVE_INFINITY;
  for (let isSeen = after > 0; !signal?.aborted && scope.now() < deadline; isSeen = true) {
    const live = runner.find(runId);
    if (live && live.accountId === scope.accountId && live.state === "running") {
      yield* followOn(scope, live, next, signal);
      return;
    }
    // The status is read first: what is written before a run ends is there when it has ended.
    const found = await findRun(scope.database, scope.accountId, runId);
    if (!found) {
      if (isSeen) yield { from: next + 1, events: [GONE] };
      return;
    }
    const stored = await readEvents(scope.database, runId, next);
    const [first] = stored;
    if (first) {
      yield { from: first.seq, events: stored.map(({ event }) => event) };
      next = stored.at(-1)?.seq ?? next;
    }
    if (stored.some(({ event }) => isLast(event))) return;
    if (found.run.status !== "running") {
      const kept = (await findOutput(scope.database, scope.accountId, runId))?.events.slice(next) ?? [];
      if (kept.length > 0) yield { from: next + 1, events: kept };
      return;
    }
    if (found.isLeaseOver) await takeOverRun(scope, scope.accountId, runId);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
