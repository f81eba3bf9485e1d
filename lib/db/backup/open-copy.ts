import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { openPglite } from "../pglite/open-pglite.ts";
import type { Counts } from "./snapshots.ts";

/** What was found in a database that was opened. */
export type Found = { readonly server: number; readonly migration: string; readonly counts: Counts };

/**
 * Opens the database of a folder that nobody else uses, counts the rows of each table, and closes it in order. Throws
 * where it does not open, or ends before the place in its log that `reaches` names.
 *
 * Its log is cut to what an opening needs, which it is not afterwards where `keepsLog` is set.
 */
export async function openAndCount(folder: string, reaches: string | null, keepsLog = false): Promise<Found> {
  const database = await openPglite(folder);
  try {
    if (reaches !== null) {
      const { rows } = await database.query<{ there: boolean }>("select pg_current_wal_lsn() >= $1::pg_lsn as there", [
        reaches,
      ]);
      if (!rows[0]?.there) throw new Error(`It ends before ${reaches}, where the snapshot was complete`);
    }
    const found = await count(database);
    await database.exec("CHECKPOINT");
    const kept = await database.query<{ first: string; last: string }>(
      `select pg_walfile_name(redo_lsn) as first, pg_walfile_name(pg_current_wal_lsn()) as last from pg_control_checkpoint()`,
    );
    await database.close();
    const [files] = kept.rows;
    if (files && !keepsLog) await cutLog(join(folder, "pg_wal"), files);
    return found;
  } catch (thrown) {
    await database.close().catch(() => {});
    throw thrown;
  }
}

async function count(database: PGlite): Promise<Found> {
  const tables = await database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables.rows) {
    const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from "${name}"`);
    counts[name] = rows[0]?.n ?? 0;
  }
  const { rows: about } = await database.query<{ server: number; migration: string | null }>(
    `select current_setting('server_version_num')::int as server,
     (select max(migration_name) from _prisma_migrations where finished_at is not null) as migration`,
  );
  return { server: about[0]?.server ?? 0, migration: about[0]?.migration ?? "", counts };
}

/**
 * Files of the log have names in the order of time; those that are kept to be written again are of no use elsewhere.
 */
async function cutLog(
  folder: string,
  { first, last }: { readonly first: string; readonly last: string },
): Promise<void> {
  for (const name of await readdir(folder)) {
    const isSegment = /^[\dA-F]{24}$/u.test(name);
    if (isSegment && (name < first || name > last)) await rm(join(folder, name));
  }
}
