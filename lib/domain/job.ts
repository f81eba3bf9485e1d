export type JobState = "pending" | "in_progress" | "retrying" | "succeeded" | "aborted" | "failed";

/** Work that goes on behind the answer that started it. */
export type Job = {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** Why it is in this state, in words; empty while there is nothing to say. */
  readonly reason: string;
  /** 0 to 100. */
  readonly progress: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
