import { setTimeout as pause, setImmediate as turnOfLoop } from "node:timers/promises";

/** The longest stretch of work after which others get their turn. */
const STRETCH_MS = 8;
/** So much long work of one account goes on at once. */
const MOST_AT_ONCE = 8;

/** Work that keeps the processor, such as a search of lines, cut into stretches: one for a process. */
export type LongWork = {
  /** Takes one of the few places of an account. Gives what leaves it, to be called once; null: all are taken. */
  readonly enter: (accountId: string) => (() => void) | null;
  /**
   * Does one stretch of work when it is the account's turn, and gives what it gave. No other stretch runs in that turn
   * of the event loop, and after it all else has as much time as the stretch took. The work waits for nothing, and ends
   * soon after `isDue` says so; it asks after each small step. Throws what the work throws.
   */
  readonly stretch: <Made>(accountId: string, work: (isDue: () => boolean) => Made) => Promise<Made>;
};

type Job = (isDue: () => boolean) => void;

/**
 * Opens it. `now` gives milliseconds; `rest` leaves the event loop to others for so many, and for one turn at the
 * least.
 */
export function openLongWork(
  now: () => number = performance.now.bind(performance),
  rest: (ms: number) => Promise<unknown> = leaveLoop,
): LongWork {
  const places = new Map<string, number>();
  // The account whose turn is next comes first.
  const lines = new Map<string, Job[]>();
  let isAtWork = false;
  let freeAt = 0;

  const next = (): Job | undefined => {
    for (const [accountId, waiting] of lines) {
      lines.delete(accountId);
      const job = waiting.shift();
      if (waiting.length > 0) lines.set(accountId, waiting);
      return job;
    }
    return undefined;
  };
  async function goOn(): Promise<void> {
    isAtWork = true;
    while (lines.size > 0) {
      await rest(freeAt - now());
      const startedAt = now();
      next()?.(() => now() - startedAt >= STRETCH_MS);
      freeAt = now() + (now() - startedAt);
    }
    isAtWork = false;
  }

  return {
    enter(accountId) {
      const taken = places.get(accountId) ?? 0;
      if (taken >= MOST_AT_ONCE) return null;
      places.set(accountId, taken + 1);
      return () => {
        const left = (places.get(accountId) ?? 1) - 1;
        if (left > 0) places.set(accountId, left);
        else places.delete(accountId);
      };
    },
    stretch: (accountId, work) =>
      new Promise((resolve, reject) => {
        const job: Job = (isDue) => {
          try {
            resolve(work(isDue));
          } catch (thrown) {
            reject(thrown);
          }
        };
        const waiting = lines.get(accountId);
        if (waiting) waiting.push(job);
        else lines.set(accountId, [job]);
        if (!isAtWork) void goOn();
      }),
  };
}

async function leaveLoop(ms: number): Promise<void> {
  if (ms >= 1) await pause(ms);
  // Several timers may ring in one turn of the loop. What waits for its end runs in another turn each time.
  await turnOfLoop();
}

/** Does a small step of work for each item in order, in stretches of an account. */
export async function inStretches<Item>(
  { stretch }: Pick<LongWork, "stretch">,
  accountId: string,
  items: readonly Item[],
  step: (item: Item) => void,
): Promise<void> {
  const left = items.values();
  const some = (isDue: () => boolean): boolean => {
    for (let item = left.next(); ; item = left.next()) {
      if (item.done) return false;
      step(item.value);
      if (isDue()) return true;
    }
  };
  while (await stretch(accountId, some));
}
