import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";

/** Any number that no other program in the database uses for its advisory locks. */
const LOCK = 7_227_539;
/** An instance that migrates for longer than this keeps no other waiting. */
const LOCK_MINUTES = 15;

const migrationsFolder = (root: string) => join(root, "prisma/migrations");

/** Names of the migrations that ship with this version, in the order they apply. */
async function shippedMigrations(root: string): Promise<string[]> {
  const entries = await readdir(migrationsFolder(root), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** Names of the shipped migrations that this database has not finished. */
export async function pendingMigrations(pool: Pool, root: string): Promise<string[]> {
  const shipped = await shippedMigrations(root);
  const table = await pool.query("select to_regclass('_prisma_migrations') is not null as exists");
  if (!table.rows[0].exists) return shipped;
  const done = await pool.query<{ migration_name: string }>(
    "select migration_name from _prisma_migrations where finished_at is not null",
  );
  const names = new Set(done.rows.map((row) => row.migration_name));
  return shipped.filter((name) => !names.has(name));
}

/**
 * Applies what is pending, once, however many instances start together: the others wait and find nothing to do.
 *
 * Gives the names applied. Throws what the engine says when a migration fails; nothing else starts then.
 */
export async function migrate(pool: Pool, root: string): Promise<string[]> {
  if ((await pendingMigrations(pool, root)).length === 0) return [];
  const lock = await pool.connect();
  try {
    await lock.query(`set lock_timeout = '${LOCK_MINUTES}min'`);
    await lock.query("select pg_advisory_lock($1)", [LOCK]);
    await lock.query("set lock_timeout = default");
    const pending = await pendingMigrations(pool, root);
    if (pending.length > 0) await apply(pool, root);
    return pending;
  } finally {
    await lock.query("select pg_advisory_unlock($1)", [LOCK]).catch(() => {});
    lock.release();
  }
}

async function apply(pool: Pool, root: string): Promise<void> {
  // Loaded here: a start with nothing pending does without the engine.
  const { startSchemaEngine } = await import("./schema-engine.ts");
  const engine = await startSchemaEngine(pool, root);
  try {
    await engine.applyMigrations({
      migrationsList: await migrationsList(root),
      filters: { externalTables: [], externalEnums: [] },
    });
  } finally {
    engine.free();
  }
}

/** The shipped migrations in the form the schema engine takes. */
export async function migrationsList(root: string) {
  const baseDir = migrationsFolder(root);
  const names = await shippedMigrations(root);
  return {
    baseDir,
    lockfile: { path: "migration_lock.toml", content: await readFile(join(baseDir, "migration_lock.toml"), "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok" as const, value: await readFile(join(baseDir, name, "migration.sql"), "utf8") },
        },
      })),
    ),
  };
}
