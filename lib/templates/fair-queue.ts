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

/** So many accounts are remembered, and more only where each has a job. */
const MOST_REMEMBERED = 1000;

/**
 * Opens a queue in which at most `mostWaiting` jobs of each account wait.
 *
 * While there is a job it remembers whom it has served: accounts that send one job after another would come before one
 * with many each time.
 */
export function fairQueue<Job>(mostWaiting: number): FairQueue<Job> {
  const lines = new Map<string, Line<Job>>();
  let served = 0;
  let size = 0;
  let atWork = 0;

  const forget = (): void => {
    if (size + atWork === 0) lines.clear();
    if (lines.size <= MOST_REMEMBERED) return;
    const idle = [...lines].filter(([, line]) => line.waiting.length + line.atWork === 0);
    idle.sort(([, a], [, b]) => a.servedAt - b.servedAt);
    for (const [account] of idle.slice(0, MOST_REMEMBERED / 2)) lines.delete(account);
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
      const [, line] = next;
      size--;
      line.atWork++;
      atWork++;
      line.servedAt = ++served;
      let isDone = false;
      return {
        job,
        done() {
          if (isDone) return;
          isDone = true;
          line.atWork--;
          atWork--;
          forget();
        },
      };
    },
    remove(account, job) {
      const line = lines.get(account);
      const at = line?.waiting.indexOf(job) ?? -1;
      if (line === undefined || at < 0) return false;
      line.waiting.splice(at, 1);
      size--;
      forget();
      return true;
    },
    empty() {
      const all = [...lines.values()].flatMap(({ waiting }) => waiting.splice(0));
      size = 0;
      forget();
      return all;
    },
    size: () => size,
  };
}
