/** What a key can be narrowed to: some of the dialects, and to reading. */
export const KEY_SCOPES = ["llamacloud", "julep", "assistants", "bots", "read-only"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** What a caller with a key may do. */
export type Grant = {
  /** Dialects that the key reaches; of none named it reaches all. With "read-only" it changes nothing. */
  readonly scopes: readonly KeyScope[];
  /** The one agent that the key reaches, through the dialects of assistants and bots alone; null: no such limit. */
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
