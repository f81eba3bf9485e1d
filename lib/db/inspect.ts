import { existsSync } from "node:fs";
import { join } from "node:path";
import { Pool, type PoolConfig } from "pg";
import type { DatabaseOptions } from "./database.ts";
import { migrationState } from "./migrate.ts";
import { openFolder } from "./pglite/folder.ts";

const ANSWER_MS = 10_000;

/** A database as it is. */
export type Inspected = {
  /** PostgreSQL's, also of the embedded database. */
  readonly version: string;
  /** By how much its clock is before this process's; less than nothing: behind. */
  readonly clockAheadMs: number;
  /** Names of migrations that this version ships and that were not applied. */
  readonly pending: readonly string[];
  /** Names of applied migrations that this version does not know: those of a later one. */
  readonly unknown: readonly string[];
  /** Names of migrations that began and did not end. */
  readonly failed: readonly string[];
};

/**
 * Looks at a database and changes nothing. Null where there is none yet in the data folder.
 *
 * Throws a sentence when it cannot be reached, or when another process holds the data folder.
 */
export async function inspectDatabase({ url, dataDir, root }: DatabaseOptions): Promise<Inspected | null> {
  if (url !== undefined) return inspected({ connectionString: url }, root);
  if (!existsSync(join(dataDir, "pgdata"))) return null;
  const embedded = await openFolder(dataDir, root);
  try {
    // `stream` is missing from the types of PoolConfig, but handed on to every client.
    const config: PoolConfig & { stream: unknown } = {
      user: "postgres",
      database: "postgres",
      stream: embedded.connect,
    };
    return await inspected(config, root);
  } finally {
    await embedded.close();
  }
}

async function inspected(config: PoolConfig, root: string): Promise<Inspected> {
  const pool = new Pool({
    ...config,
    max: 1,
    application_name: "parley-doctor",
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  pool.on("error", () => {});
  try {
    const { version, clockAheadMs } = await clockOf(pool);
    const { pending, newer, failed } = await migrationState(pool, root);
    return { version, clockAheadMs, pending, unknown: newer, failed: failed.map(({ name }) => name) };
  } finally {
    await pool.end();
  }
}

async function clockOf(pool: Pool): Promise<Pick<Inspected, "version" | "clockAheadMs">> {
  // Once before, so that what is measured does not hold the time to connect.
  await pool.query("select 1");
  const askedAt = Date.now();
  const { rows } = await pool.query<{ version: string; now: string }>(
    "select current_setting('server_version') as version, (extract(epoch from clock_timestamp()) * 1000)::text as now",
  );
  const middle = (askedAt + Date.now()) / 2;
  return { version: rows[0]?.version ?? "", clockAheadMs: Number(rows[0]?.now ?? middle) - middle };
}
