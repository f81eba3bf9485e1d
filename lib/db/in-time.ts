import { DatabaseError } from "pg";
import type { Database } from "./database.ts";
import { onOneConnection } from "./limited-pool.ts";
import type { Connection } from "./sql.ts";

/**
 * A statement of a search that takes longer is ended: an answer without what it would have found is better than none.
 */
const SEARCH_MS = 2500;
/** Ended by the limit of time of a statement (PostgreSQL's "query_canceled"). */
const ENDED = "57014";

/**
 * Runs a search that only reads, whose statements have 2.5 s each. Null: one of them took longer and was ended.
 *
 * The embedded database cannot end a statement; there what a search looks at is bounded by its statements alone.
 */
export async function inTime<Result>(
  database: Pick<Database, "kind" | "pool">,
  search: (connection: Connection) => Promise<Result>,
): Promise<Result | null> {
  if (database.kind === "pglite") return search(database);
  try {
    return await onOneConnection(database.pool, async (client) => {
      await client.query(`begin; set local statement_timeout = ${SEARCH_MS}`);
      const result = await search({ pool: client });
      await client.query("commit");
      return result;
    });
  } catch (thrown) {
    if (thrown instanceof DatabaseError && thrown.code === ENDED) return null;
    throw thrown;
  }
}
