import type { TurnUsage } from "./events.ts";

export type Dialect = "julep" | "llamacloud" | "web" | "assistants" | "bots";
export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "interrupted";

/** What stays in the session of a run that does not complete: everything, only what a reader has seen, or nothing. */
export type Keep = "all" | "streamed" | "nothing";

/** What a caller that hangs up means: the turn goes on without it, or ends. */
export type OnHangUp = "go-on" | "cancel";

/** A run as readers see it. */
export type Run = {
  readonly id: string;
  readonly sessionId: string | null;
  readonly status: RunStatus;
  readonly finishReason: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: TurnUsage | null;
  readonly durationMs: number | null;
  readonly steps: number;
  readonly model: string | null;
  readonly createdAt: Date;
};
