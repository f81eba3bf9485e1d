/** One of several ways in which a line goes on at a position. */
export type Alternative = {
  /** Its place in the order in which they were made, from 1. */
  readonly number: number;
  /** The branch to go to: the one that was shown last of those that pass through here. */
  readonly branchId: string;
  /** The message that it has at the position; null where its turn has just begun. */
  readonly messageId: string | null;
  readonly createdAt: Date;
};

/** A position of the active line that other lines of the session pass with another message. */
export type Fork = {
  readonly position: number;
  /** The message of the active line; null where its turn has just begun. */
  readonly messageId: string | null;
  /** The number of the alternative that is shown. */
  readonly shown: number;
  /** So many there are, of which `alternatives` may be a part. */
  readonly count: number;
  /** In the order of their numbers. */
  readonly alternatives: readonly Alternative[];
};
