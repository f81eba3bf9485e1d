import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migratedDatabase } from "../../testing/databases.ts";
import { type Database, openDatabase } from "../database.ts";
import { keepSnapshots } from "./keep.ts";

const root = join(import.meta.dirname, "../../..");
let database: Database;
let dataDir: string;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  dataDir = DATA_DIR ?? "";
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
});
afterAll(() => database.close());

/** What an opening would have to go through, in bytes. */
async function logBytes(): Promise<number> {
  const { rows } = await database.pool.query(
    "select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()",
  );
  return rows[0].bytes;
}

test("the log of the embedded database stays short where no snapshots are taken", async () => {
  // A server shortens its own.
  if (database.kind === "postgresql") return;
  await database.pool.query("create table written (text text)");
  await database.pool.query("insert into written select repeat(md5(n::text), 60) from generate_series(1, 2000) n");
  expect(await logBytes()).toBeGreaterThan(1_000_000);
  const log = { info() {}, error() {} };
  const options = { dir: join(dataDir, "backups"), everyHours: 0, kept: 1, root, log };
  const snapshots = keepSnapshots(database, { ...options, shortenMs: 20, mostLogBytes: 1_000_000 });
  try {
    await expect.poll(logBytes).toBeLessThan(1_000_000);
  } finally {
    await snapshots.close();
  }
});
