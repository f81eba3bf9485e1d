/** The scope of a key that changes nothing. */
export const READ_ONLY = "read-only";

/** The scope with which a key of one agent changes that agent; without it such a key chats and reads. */
export const EDIT = "edit";

/** The dialects that a key of these scopes is narrowed to; none: it reaches all. */
export const dialectScopes = (scopes: readonly string[]): readonly string[] =>
  scopes.filter((scope) => scope !== READ_ONLY && scope !== EDIT);

/** What a caller with a key may do. */
export type Grant = {
  /**
   * Names of dialects that the key reaches; of none named it reaches all. With "read-only" it changes nothing; with
   * "edit" a key of one agent changes that agent.
   */
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
