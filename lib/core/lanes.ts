/** Work behind the answers that nobody waits for, a few pieces at a time: one in a process. */
export type Lanes = {
  /**
   * Does a piece of work when it is its turn, in the order of asking. Gives false for one that is refused, because too
   * much waits already or because the lanes are closed. Throws what the work throws.
   */
  readonly add: (work: () => Promise<void>) => Promise<boolean>;
  /** Gives up what waits and refuses all that comes. What has begun goes on. */
  readonly close: () => void;
};

/** Opens lanes for `count` pieces of work at once, and `mostWaiting` more that wait. */
export function openLanes(count: number, mostWaiting: number): Lanes {
  const waiting: ((isWanted: boolean) => void)[] = [];
  let running = 0;
  let isClosed = false;
  const turn = async (): Promise<boolean> => {
    if (isClosed || (running >= count && waiting.length >= mostWaiting)) return false;
    // Who is called up takes the place of who leaves, so that nobody slips in between.
    if (running >= count) return new Promise((resolve) => waiting.push(resolve));
    running++;
    return true;
  };
  return {
    async add(work) {
      if (!(await turn())) return false;
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next) next(true);
        else running--;
      }
      return true;
    },
    close() {
      isClosed = true;
      for (const refuse of waiting.splice(0)) refuse(false);
    },
  };
}
