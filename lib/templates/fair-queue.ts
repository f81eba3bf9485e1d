/** Work that waits for its turn, taken in turns of the accounts it is for. */
export type FairQueue<Job> = {
  /** Puts a job at the end of its account's line. Gives false, and does nothing, where the line is full. */
  readonly add: (account: string, job: Job) => boolean;
  /**
   * Takes the job that is next: of the account that has the fewest jobs at work, and among these of the one that was
   * served longest ago. Null where none waits. `done` is to be called once when the job is done.
   */
  readonly take: () => { readonly job: Job; readonly done: () => void } | null;
  /** Takes one job out of its line. Gives whether it waited still. */
  readonly remove: (account: string, job: Job) => boolean;
  /** Takes all jobs out. */
  readonly empty: () => Job[];
  /** How many wait. */
  readonly size: () => number;
};

type Line<Job> = { readonly waiting: Job[]; atWork: number; servedAt: number };

/** Opens a queue in which at most `mostWaiting` jobs of each account wait. It knows only accounts that have a job. */
export function fairQueue<Job>(mostWaiting: number): FairQueue<Job> {
  const lines = new Map<string, Line<Job>>();
  let served = 0;
  let size = 0;

  const forget = (account: string, { waiting, atWork }: Line<Job>): void => {
    if (waiting.length === 0 && atWork === 0) lines.delete(account);
  };
  const nextLine = (): readonly [string, Line<Job>] | null => {
    let best: readonly [string, Line<Job>] | null = null;
    for (const entry of lines) {
      const [, { waiting, atWork, servedAt }] = entry;
      if (waiting.length === 0) continue;
      const isBefore =
        best === null || atWork < best[1].atWork || (atWork === best[1].atWork && servedAt < best[1].servedAt);
      if (isBefore) best = entry;
    }
    return best;
  };

  return {
    add(account, job) {
      const line = lines.get(account) ?? { waiting: [], atWork: 0, servedAt: 0 };
      if (line.waiting.length >= mostWaiting) return false;
      line.waiting.push(job);
      lines.set(account, line);
      size++;
      return true;
    },
    take() {
      const next = nextLine();
      const job = next?.[1].waiting.shift();
      if (next === null || job === undefined) return null;
      const [account, line] = next;
      size--;
      line.atWork++;
      line.servedAt = ++served;
      let isDone = false;
      return {
        job,
        done() {
          if (isDone) return;
          isDone = true;
          line.atWork--;
          forget(account, line);
        },
      };
    },
    remove(account, job) {
      const line = lines.get(account);
      const at = line?.waiting.indexOf(job) ?? -1;
      if (line === undefined || at < 0) return false;
      line.waiting.splice(at, 1);
      size--;
      forget(account, line);
      return true;
    },
    empty() {
      const all = [...lines.values()].flatMap(({ waiting }) => waiting.splice(0));
      size = 0;
      for (const [account, line] of lines) forget(account, line);
      return all;
    },
    size: () => size,
  };
}
