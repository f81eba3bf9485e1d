import type { TurnLimit, TurnUsage } from "./events.ts";

export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "interrupted";

export type RunAgent = { readonly id: string; readonly name: string };

/** A run as readers see it. */
export type Run = {
  readonly id: string;
  readonly sessionId: string | null;
  readonly status: RunStatus;
  readonly finishReason: string | null;
  /** What ended it where it would have gone on; null: nothing did. */
  readonly limit: TurnLimit | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: TurnUsage | null;
  readonly durationMs: number | null;
  readonly steps: number;
  readonly model: string | null;
  /** The agent that answered, by its name of now; null once it is deleted. */
  readonly agent: RunAgent | null;
  readonly createdAt: Date;
};
