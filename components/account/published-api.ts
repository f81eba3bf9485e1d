/** A published API as the account page shows it. */
export type PublishedApi = {
  /** What narrows a key to it. */
  readonly name: string;
  readonly label: string;
  /** Whether a key of one agent reaches it. */
  readonly isOfOneAgent: boolean;
  /**
   * A first call, in which `{origin}` stands for the server's address; null where it takes an agent and there is none.
   */
  readonly sample: string | null;
};
