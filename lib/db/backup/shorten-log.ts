import type { Database } from "../database.ts";

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Lets the embedded database write over the beginning of its log once what an opening would have to go through is
 * longer than `mostBytes`: it has no process of its own that does, and its log would fill the disk. Not while a
 * snapshot is copied.
 */
export async function shortenLog({ pool }: Pick<Database, "pool">, mostBytes = MOST_BYTES): Promise<void> {
  const { rows } = await pool.query<{ isLong: boolean }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) > $1::float8 as "isLong" from pg_control_checkpoint()`,
    [mostBytes],
  );
  if (rows[0]?.isLong) await pool.query("checkpoint");
}
