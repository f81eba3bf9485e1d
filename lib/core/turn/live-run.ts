import type { DocHit } from "../../domain/doc.ts";
import type { ChatError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { type EventLog, eventLog } from "./event-log.ts";

/** Why a run was told to end. "hand-over": this process goes, and another is to continue it. */
export type AbortCause = "stop" | "hang-up" | "deleted" | "lost" | "hand-over";

/** A run that this process works on. */
export type LiveRun = EventLog & {
  readonly id: string;
  readonly accountId: string;
  /** The session it is in, also one that it makes only at its end. */
  readonly sessionId: string | null;
  /** What was recalled for it. */
  readonly docs: readonly DocHit[];
  readonly stores: boolean;
  readonly onHangUp: "go-on" | "cancel";
  readonly signal: AbortSignal;
  abortCause: AbortCause | null;
  /** "left": this process no longer holds the run; what follows is in the database. */
  state: "running" | "ended" | "left";
  /** Resolves when the turn has ended and is committed, or was left. */
  readonly ended: Promise<void>;
  readonly finish: (state: "ended" | "left") => void;
  readonly abort: (cause: AbortCause, error: ChatError) => void;
};

export function liveRun(
  run: Pick<LiveRun, "id" | "accountId" | "sessionId" | "docs" | "stores" | "onHangUp">,
  past: readonly TurnEvent[],
): LiveRun {
  const log = eventLog(past);
  const controller = new AbortController();
  const end = Promise.withResolvers<void>();
  const live: LiveRun = {
    ...run,
    ...log,
    signal: controller.signal,
    abortCause: null,
    state: "running",
    ended: end.promise,
    finish(state) {
      live.state = state;
      end.resolve();
      log.nudge();
    },
    abort(cause, error) {
      if (controller.signal.aborted || live.state !== "running") return;
      live.abortCause = cause;
      controller.abort(error);
    },
  };
  return live;
}
