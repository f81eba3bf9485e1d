import type { DocHit } from "../../domain/doc.ts";
import type { LiveRun } from "./live-run.ts";
import type { PreparedTurn } from "./prepare.ts";

/** A turn that was entered, or was before under the same request key. */
export type TakenTurn = {
  readonly runId: string;
  /** The session it is in or makes; null where it has none, and of a repeat whose run has not made it yet. */
  readonly sessionId: string | null;
  /** Null for a repeat of a request. */
  readonly prepared: PreparedTurn | null;
  /** What was recalled for it, best first. */
  readonly docs: readonly DocHit[];
  /** Jobs that it has started. */
  readonly jobIds: readonly string[];
  /** The run in this process; null for a repeat of a request whose run is elsewhere or over. */
  readonly live: LiveRun | null;
};
