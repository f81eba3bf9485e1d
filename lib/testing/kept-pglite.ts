import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool, type PoolConfig } from "pg";
import { openDatabase } from "../db/database.ts";
import { type EmbeddedFolder, handOver, openFolder } from "../db/pglite/folder.ts";

const root = join(import.meta.dirname, "../..");

type Kept = {
  readonly embedded: EmbeddedFolder;
  /** What a new database has. */
  readonly tables: readonly string[];
  readonly functions: readonly string[];
  /** The directory that it stands for; null: nobody has it open. */
  user: string | null;
};

// Files of tests that share a process share the global object.
const holder = globalThis as { keptPglite?: Promise<Kept> };

/**
 * Has an empty, migrated PGlite be opened where `dataDir` is opened next: the one that this process keeps running, with
 * all its rows taken away. To begin one takes a second, and most files of tests want no more than its tables. Where
 * another directory has it open, nothing is done, and a new one is begun.
 *
 * What it is closed with is there again where the same directory is opened once more, until another one is asked for.
 * Its folder is another one, so that a second process does not find it.
 */
export async function lendKept(dataDir: string): Promise<void> {
  holder.keptPglite ??= begin();
  const kept = await holder.keptPglite;
  if (kept.user !== null) return;
  await empty(kept);
  lend(kept, dataDir);
}

function lend(kept: Kept, dataDir: string): void {
  kept.user = dataDir;
  let isOpen = true;
  const { embedded } = kept;
  const lent: EmbeddedFolder = {
    ...embedded,
    onChange: (listener) => embedded.onChange((fault) => isOpen && listener(fault)),
    async close() {
      isOpen = false;
      lend(kept, dataDir);
      kept.user = null;
    },
    // One watch of the thread is enough.
    limitBatches() {},
  };
  handOver(dataDir, Promise.resolve(lent));
}

async function begin(): Promise<Kept> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-kept-"));
  // Migrates it where the build's copy is of another version.
  await (await openDatabase({ dataDir, root })).close();
  const embedded = await openFolder(dataDir, root);
  const [tables, functions] = await asked(embedded, (pool) =>
    Promise.all([named(pool, TABLES), named(pool, FUNCTIONS)]),
  );
  return { embedded, tables, functions, user: null };
}

const TABLES = "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'";
const FUNCTIONS = "select oid::regprocedure::text as name from pg_proc where pronamespace = 'public'::regnamespace";

const named = async (pool: Pool, query: string): Promise<string[]> =>
  (await pool.query<{ name: string }>(query)).rows.map(({ name }) => name);

async function empty({ embedded, tables, functions }: Kept): Promise<void> {
  await asked(embedded, async (pool) => {
    const made = (await named(pool, TABLES)).filter((table) => !tables.includes(table));
    if (made.length > 0) await pool.query(`drop table ${made.join(", ")} cascade`);
    // With their triggers.
    const defined = (await named(pool, FUNCTIONS)).filter((one) => !functions.includes(one));
    if (defined.length > 0) await pool.query(`drop function ${defined.join(", ")} cascade`);
    const own = tables.filter((table) => table !== "_prisma_migrations");
    await pool.query(`truncate ${own.join(", ")} restart identity cascade`);
    await pool.query("reset all");
  });
}

async function asked<Given>({ connect }: EmbeddedFolder, ask: (pool: Pool) => Promise<Given>): Promise<Given> {
  const settings: PoolConfig & { stream: unknown } = { user: "postgres", database: "postgres", stream: connect };
  const pool = new Pool({ ...settings, max: 1 });
  try {
    return await ask(pool);
  } finally {
    await pool.end();
  }
}
