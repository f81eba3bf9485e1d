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

/** Runs statements in one transaction, which is rolled back where `work` throws. */
export async function inTransaction<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    const result = await work({ pool: client });
    await client.query("commit");
    return result;
  } catch (thrown) {
    await client.query("rollback").catch(() => {});
    throw thrown;
  } finally {
    client.release();
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
