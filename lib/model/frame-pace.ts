const FRAME_MS = 33;

/** Spaces the batches of a stream: see `framePace`. */
export type Pace = {
  /** Milliseconds to hold back what has come; 0 when it may go on. */
  readonly holdMs: () => number;
  /** Notes that a batch with something to read has gone on. */
  readonly shown: () => void;
};

/**
 * A pace of 30 batches a second: nobody reads finer steps, and each costs every hop of the way to the reader.
 *
 * The first piece and a piece after a pause go on at once. A piece waits 33 ms at the most.
 */
export function framePace(now: () => number = () => performance.now()): Pace {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    holdMs: () => Math.max(0, shownAt + FRAME_MS - now()),
    shown() {
      shownAt = now();
    },
  };
}
