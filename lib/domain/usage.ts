/** What an account's calls of models came to on one day, by UTC. */
export type DayUsage = {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly turns: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** What a call of a model is for. */
export type SpendKind = "turn" | "title" | "summary" | "embedding";

/** On whose behalf a model is called. */
export type Spender = {
  /** Who pays. */
  readonly accountId: string;
  /** The API key that asked; null for a browser, for a stranger and for the server itself. */
  readonly keyId: string | null;
  /** The agent that answers; null where none does. */
  readonly agentId: string | null;
  /** A hash of whom the caller asks for; null: nobody in particular. */
  readonly endUserHash: string | null;
  /** Whether somebody asks who is not of the account: of its public bot. */
  readonly isStranger: boolean;
};

/** What one call of a model came to. */
export type Spent = Spender & {
  readonly kind: SpendKind;
  readonly inputTokens: number;
  readonly outputTokens: number;
};
