import type { Database } from "./database.ts";
import { isLost } from "./sql.ts";

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (thrown: unknown) => void;
};
type Line<Item, Result> = { readonly waiting: Waiting<Item, Result>[]; isBusy: boolean };

const MOST = 32;

/**
 * Makes of a statement for many items a function for one: what is asked while a statement is on its way goes into the
 * next one together. A statement costs the embedded database much more than the rows it touches.
 *
 * `run` gives a result for each item, in their order. Where a group fails, each of it is tried alone: one is not to
 * fail for another's fault. Where its answer is lost with the connection, each is told so.
 */
export function together<Item, Result>(
  run: (database: Database, items: readonly Item[]) => Promise<readonly Result[]>,
): (database: Database, item: Item) => Promise<Result> {
  const lines = new WeakMap<Database, Line<Item, Result>>();

  return (database, item) => {
    const line = lines.get(database) ?? { waiting: [], isBusy: false };
    lines.set(database, line);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    line.waiting.push({ item, resolve, reject });
    void work(database, line);
    return promise;
  };

  async function work(database: Database, line: Line<Item, Result>): Promise<void> {
    if (line.isBusy) return;
    line.isBusy = true;
    for (let group = line.waiting.splice(0, MOST); group.length > 0; group = line.waiting.splice(0, MOST)) {
      await runGroup(database, group);
    }
    line.isBusy = false;
  }

  /** Never throws. */
  async function runGroup(database: Database, group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(
        database,
        group.map(({ item }) => item),
      );
      // A result for each item, as `run` promises.
      for (const [n, { resolve }] of group.entries()) resolve(results[n] as Result);
    } catch (thrown) {
      const [only] = group;
      if (only && group.length === 1) return only.reject(thrown);
      // It may have been done: only who asked can find out.
      const isUnknown = isLost(thrown);
      for (const one of group) {
        if (isUnknown) one.reject(thrown);
        else await runGroup(database, [one]);
      }
    }
  }
}
