/** The scope of a key that changes nothing. */
export const READ_ONLY = "read-only";

/** What a caller with a key may do. */
export type Grant = {
  /** Names of dialects that the key reaches; of none named it reaches all. With "read-only" it changes nothing. */
  readonly scopes: readonly string[];
  /** The one agent that the key reaches, through dialects whose calls name an agent each; null: no such limit. */
  readonly agentId: string | null;
};

/** An API key as its holder sees it. Its text is told once, when it is made. */
export type ApiKey = Grant & {
  readonly id: string;
  readonly name: string;
  /** Its first and last characters. */
  readonly hint: string;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
};
