import { DatabaseError, type PoolClient } from "pg";
import type { Database } from "./database.ts";
import { onOneConnection } from "./limited-pool.ts";

/** What runs statements: the database, or one connection of it in a transaction. */
export type Connection = { readonly pool: Pick<PoolClient, "query"> };

/**
 * Whether an error leaves open what became of the statement: the connection went away before its answer. What the
 * server itself says of a statement is an answer, but for its going away (SQLSTATE class 08, and 57P01 to 57P03).
 */
export const isLost = (thrown: unknown): boolean =>
  !(thrown instanceof DatabaseError) || /^(?:08|57P0)/u.test(thrown.code ?? "");

/**
 * Whether the database will never take these values: out of range, ill-formed or too large (SQLSTATE classes 22 and
 * 54). The same statement fails in the same way at each further try.
 */
export const isRefused = (thrown: unknown): boolean =>
  thrown instanceof DatabaseError && /^(?:22|54)/u.test(thrown.code ?? "");

const LOSS_TRIES = 3;
const LOSS_PAUSE_MS = 100;

/**
 * Does work again whose answer was lost with its connection, unless `look` finds what it came to. Throws what the work
 * throws when the server has answered, and the loss itself after three tries.
 */
export async function againOnLoss<Result, Found>(
  work: () => Promise<Result>,
  look: () => Promise<Found | null>,
): Promise<Result | Found> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (thrown) {
      if (!isLost(thrown)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, LOSS_PAUSE_MS * n));
      const found = await look().catch(() => null);
      if (found !== null) return found;
      if (n === LOSS_TRIES) throw thrown;
    }
  }
}

const NOT_SUPPORTED = "0A000";

/**
 * Whether a statement failed because its connection keeps its plan from before a migration: PostgreSQL runs none whose
 * columns have changed. Nothing has been done then, and a statement under another name is planned anew.
 */
export const isStalePlan = (thrown: unknown): boolean =>
  thrown instanceof DatabaseError && thrown.code === NOT_SUPPORTED && thrown.routine === "RevalidateCachedQuery";

/**
 * Runs statements in one transaction, which is rolled back where `work` throws. `work` changes nothing but the
 * database: it runs again where a plan was stale.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  try {
    return await transactionOf(database, work);
  } catch (thrown) {
    if (!isStalePlan(thrown)) throw thrown;
    return transactionOf(database, work);
  }
}

const transactionOf = <Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> =>
  onOneConnection(database.pool, async (client) => {
    await client.query("begin");
    const result = await work({ pool: client });
    await client.query("commit");
    return result;
  });

const DEADLOCK = "40P01";
const TRIES = 4;

/** Runs a statement again when PostgreSQL has ended it to break a deadlock: another instance was at the same rows. */
export async function againOnDeadlock<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (thrown) {
      const isDeadlock = thrown instanceof DatabaseError && thrown.code === DEADLOCK;
      if (!isDeadlock || n === TRIES) throw thrown;
    }
  }
}
