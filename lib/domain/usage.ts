/** What an account's turns came to on one day, by UTC. */
export type DayUsage = {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly turns: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};
