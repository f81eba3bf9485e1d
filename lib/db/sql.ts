import { createHash } from "node:crypto";
import { DatabaseError, type PoolClient, type QueryResultRow } from "pg";
import type { Database } from "./database.ts";

/** What runs statements: the database, or one connection of it in a transaction. */
export type Connection = { readonly pool: Pick<PoolClient, "query"> };

const names = new Map<string, string>();

/** The name of a statement: equal for equal text, whichever connection or process asks. */
function statementName(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = createHash("sha256").update(sql).digest("hex").slice(0, 32);
  names.set(sql, name);
  return name;
}

/**
 * Runs one statement and gives its rows. The database keeps its plan, so the text must be one of a fixed set: values go
 * in as parameters.
 */
export async function rows<Row extends QueryResultRow>(
  database: Connection,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await database.pool.query<Row>({ name: statementName(sql), text: sql, values: [...values] });
  return result.rows;
}

/**
 * Whether an error leaves open what became of the statement: the connection went away before its answer. What the server
 * itself says of a statement is an answer, but for its going away (SQLSTATE class 08, and 57P01 to 57P03).
 */
export const isLost = (thrown: unknown): boolean =>
  !(thrown instanceof DatabaseError) || /^(?:08|57P0)/u.test(thrown.code ?? "");

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

/** Runs statements in one transaction, which is rolled back where `work` throws. */
export async function inTransaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work({ pool: client });
    await client.query("commit");
    return result;
  } catch (thrown) {
    await client.query("rollback").catch((failed: Error) => {
      broken = failed;
    });
    throw thrown;
  } finally {
    // A connection that does not even take a rollback is not used again.
    client.release(broken);
  }
}

/** A value as a JSON parameter; nothing is null. */
export const jsonOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** The constraint that a statement violated, or null when it failed for another reason. */
export function violated(thrown: unknown): string | null {
  const isViolation = thrown instanceof DatabaseError && thrown.code?.startsWith("23");
  return isViolation ? (thrown.constraint ?? "") : null;
}

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
