import { readEvents } from "../../db/run-events.ts";
import { findOutput, findRun } from "../../db/runs.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { isLast } from "../../domain/events.ts";
import type { Scope } from "../scope.ts";
import type { LiveRun } from "./live-run.ts";

/** A stretch of a run's events; `from` is the number of the first. */
export type Stretch = { readonly from: number; readonly events: readonly TurnEvent[] };

const POLL_MS = 150;

/**
 * The events of a run after number `after`, in order, none twice and none missing, until its last.
 *
 * Works for a run of this process, one that another instance works on, and one that has ended within ten minutes.
 * Yields nothing for a run that is not the account's. Ends without a last event when the run's row is gone, or its
 * events are no longer kept; what is kept for repeats of a request is kept for a day. `signal` ends the following, not the run.
 */
export async function* follow(
  scope: Scope,
  runId: string,
  after = 0,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  let next = after;
  const live = scope.runner.find(runId);
  if (live && live.accountId === scope.accountId) {
    for await (const stretch of followLive(live, next, signal)) {
      next = stretch.from + stretch.events.length - 1;
      yield stretch;
    }
    if (live.state !== "left") return;
  }
  yield* followStored(scope, runId, next, signal);
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

async function* followStored(
  scope: Scope,
  runId: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<Stretch, void> {
  let next = after;
  while (!signal?.aborted) {
    // The status is read first: what is written before a run ends is there when it has ended.
    const found = await findRun(scope.database, scope.accountId, runId);
    if (!found) return;
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
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
