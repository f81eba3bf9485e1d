/** The machine that the process runs on, as far as the core has to know it. */
export type Host = {
  /**
   * Sees to it that the process works on until a piece of work has ended that no answer waits for. A failure of it is
   * told by whoever began it.
   */
  readonly keepAwake: (work: Promise<unknown>) => void;
  /** Whether the process works between requests too, so that its timers come; else only while it is kept awake. */
  readonly isAlwaysAwake: boolean;
  /**
   * When work that the request at hand begins has to be done or handed over, in ms since 1970; null: it may take as
   * long as it likes.
   */
  readonly deadline: () => number | null;
};

/** A server of one's own: it runs until somebody ends it. */
export const ownServer: Host = { keepAwake() {}, isAlwaysAwake: true, deadline: () => null };
