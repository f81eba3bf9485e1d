import type { DocHit } from "../../domain/doc.ts";
import type { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";

/** Why a run was told to end. "hand-over": this process goes, and another is to continue it. */
export type AbortCause = "stop" | "hang-up" | "deleted" | "lost" | "hand-over";

/** A run that this process works on. Its events are numbered from 1: number n is `events[n - 1]`. */
export type LiveRun = {
  readonly id: string;
  readonly accountId: string;
  /** The session it is in, also one that it makes only at its end. */
  readonly sessionId: string | null;
  /** What was recalled for it. */
  readonly docs: readonly DocHit[];
  readonly stores: boolean;
  readonly onHangUp: "go-on" | "cancel";
  readonly events: readonly TurnEvent[];
  readonly signal: AbortSignal;
  abortCause: AbortCause | null;
  /** "left": this process no longer holds the run; what follows is in the database. */
  state: "running" | "ended" | "left";
  /** Resolves when the turn has ended and is committed, or was left. */
  readonly ended: Promise<void>;
  readonly append: (events: readonly TurnEvent[]) => void;
  readonly finish: (state: "ended" | "left") => void;
  readonly abort: (cause: AbortCause, error: ChatError) => void;
  /** Resolves at the next append or at the end. */
  readonly changed: () => Promise<void>;
  /** Resolves `changed` without a change: for a follower that is to look at something else. */
  readonly nudge: () => void;
};

export function liveRun(
  run: Pick<LiveRun, "id" | "accountId" | "sessionId" | "docs" | "stores" | "onHangUp">,
  past: readonly TurnEvent[],
): LiveRun {
  const events: TurnEvent[] = [...past];
  const controller = new AbortController();
  const end = Promise.withResolvers<void>();
  let wake = Promise.withResolvers<void>();
  const notify = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const live: LiveRun = {
    ...run,
    events,
    signal: controller.signal,
    abortCause: null,
    state: "running",
    ended: end.promise,
    append(added) {
      for (const event of added) events.push(event);
      notify();
    },
    finish(state) {
      live.state = state;
      end.resolve();
      notify();
    },
    abort(cause, error) {
      if (controller.signal.aborted || live.state !== "running") return;
      live.abortCause = cause;
      controller.abort(error);
    },
    changed: () => wake.promise,
    nudge: notify,
  };
  return live;
}
