import type { TurnEvent } from "../../domain/events.ts";
import type { Scope } from "../scope.ts";
import type { EventLog } from "./event-log.ts";
import { SESSION_GONE } from "./failure.ts";
import type { LiveRun } from "./live-run.ts";

/** A stretch of a run's events; `from` is the number of the first. */
export type Stretch = { readonly from: number; readonly events: readonly TurnEvent[] };

/**
 * The events of a run after number `after`, in order, none twice and none missing, until its last.
 *
 * Works for a run of this process, one that another instance works on, and one that has ended within ten minutes. A run
 * whose process is gone is gone on with here. Yields nothing for a run that is not the account's. A run that goes while
 * it is followed, with its session, ends in a "turn-error". Ends without a last event when its events are no longer
 * kept; what is kept for repeats of a request is kept for a day. `signal` ends the following, not the run.
 */
export const follow = (scope: Scope, runId: string, after = 0, signal?: AbortSignal): AsyncGenerator<Stretch, void> =>
  followOn(scope, runId, scope.runner.find(runId) ?? null, after, signal);

/**
 * As `follow`, for a turn that was just taken: a run of this process has all its events, also one that stores nothing.
 */
export const followTaken = (
  scope: Scope,
  { live, runId }: { readonly live: LiveRun | null; readonly runId: string },
): AsyncGenerator<Stretch, void> => (live ? followOn(scope, runId, live, 0) : follow(scope, runId));

/** Follows a run where it works: here, and in another process when that one goes on with it. */
async function* followOn(
  scope: Scope,
  runId: string,
  begun: LiveRun | null,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  let live = begun?.accountId === scope.accountId ? begun : null;
  let next: number | null = after;
  while (!signal?.aborted) {
    next = yield* live ? followHere(live, next, signal) : followElsewhere(scope, runId, next, signal);
    if (next === null) return;
    live = live ? null : (scope.runner.find(runId) ?? null);
  }
}

/** Gives the number of the last event where the run goes on elsewhere; null: it is over. */
async function* followHere(live: LiveRun, after: number, signal?: AbortSignal): AsyncGenerator<Stretch, number | null> {
  let next = after;
  for await (const stretch of followLive(live, after, signal)) {
    next = lastOf(stretch);
    yield stretch;
  }
  return live.state === "left" ? next : null;
}

/** Gives the number of the last event where the run goes on here; null: it is over. */
async function* followElsewhere(
  { runner, accountId }: Scope,
  runId: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, number | null> {
  const { run, leave } = runner.followRemote(accountId, runId);
  let next = after;
  try {
    for await (const stretch of followLive(run, after, signal)) {
      next = lastOf(stretch);
      yield stretch;
    }
    if (run.fault) throw run.fault.thrown;
    if (run.state === "gone" && (after > 0 || run.wasThere)) yield { from: next + 1, events: [GONE] };
    return run.state === "here" ? next : null;
  } finally {
    leave();
  }
}

const lastOf = ({ from, events }: Stretch): number => from + events.length - 1;

/** Follows the events of a run. Each pull gives all that came since the last, so a slow reader holds up nobody. */
export async function* followLive(
  live: EventLog & { readonly state: string },
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
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
