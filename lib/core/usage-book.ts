import { addUsage, type UsageSum } from "../db/usage.ts";
import type { Spent } from "../domain/usage.ts";
import type { Log } from "./log.ts";
import type { Ports } from "./scope.ts";

/** So many rows are kept at most between two writes; each is of one spender and one day. */
const MOST_ROWS = 10_000;
/** So many are written in one statement. */
const BATCH = 500;
/** So many accounts that moved are known, the latest ones: their last turns end within the quarter of an hour. */
const MOST_MOVED = 1000;

/** What calls of models came to, written down in batches: a call waits for nothing. One in a process. */
export type UsageBook = {
  readonly note: (spent: Spent) => void;
  /** Enters what an account used, and what its turns that still run will use, under another: all of it moved there. */
  readonly move: (fromId: string, toId: string) => void;
  /** Writes what was noted since the last time. Never throws: what could not be written is written the next time. */
  readonly flush: () => Promise<void>;
};

/** Opens the book. A process that is killed loses what it noted since the last flush; limits are kept elsewhere. */
export function openUsageBook({
  database,
  log,
  now,
}: Pick<Ports, "database" | "now"> & { readonly log: Pick<Log, "warn"> }): UsageBook {
  let sums = new Map<string, UsageSum>();
  const moved = new Map<string, string>();

  function add(found: UsageSum): void {
    const sum = { ...found, accountId: moved.get(found.accountId) ?? found.accountId };
    const { accountId, day, kind, keyId, agentId, endUserHash, isStranger } = sum;
    const key = [accountId, day, kind, keyId, agentId, endUserHash, isStranger].join(" ");
    const known = sums.get(key);
    if (!known && sums.size >= MOST_ROWS) {
      log.warn({}, "Usage is not written down: too much waits for the database");
      return;
    }
    sums.set(key, {
      ...sum,
      calls: sum.calls + (known?.calls ?? 0),
      inputTokens: sum.inputTokens + (known?.inputTokens ?? 0),
      outputTokens: sum.outputTokens + (known?.outputTokens ?? 0),
    });
  }

  function takeAll(): readonly UsageSum[] {
    const all = [...sums.values()];
    sums = new Map();
    return all;
  }

  return {
    note: (spent) => add({ ...spent, day: new Date(now()).toISOString().slice(0, 10), calls: 1 }),
    move(fromId, toId) {
      moved.set(fromId, toId);
      const [oldest] = moved.keys();
      if (moved.size > MOST_MOVED && oldest !== undefined) moved.delete(oldest);
      for (const sum of takeAll()) add(sum);
    },
    async flush() {
      const all = takeAll();
      for (let from = 0; from < all.length; from += BATCH) {
        const some = all.slice(from, from + BATCH);
        await addUsage(database, some).catch((thrown) => {
          log.warn({ err: thrown }, "Usage could not be written down, and will be tried again");
          for (const sum of some) add(sum);
        });
      }
    },
  };
}
