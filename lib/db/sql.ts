import { DatabaseError, type QueryResultRow } from "pg";
import type { Database } from "./database.ts";

/** Runs one statement and gives its rows. */
export async function rows<Row extends QueryResultRow>(
  database: Database,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await database.pool.query<Row>(sql, [...values]);
  return result.rows;
}

/** The constraint that a statement violated, or null when it failed for another reason. */
export function violated(thrown: unknown): string | null {
  const isViolation = thrown instanceof DatabaseError && thrown.code?.startsWith("23");
  return isViolation ? (thrown.constraint ?? "") : null;
}
