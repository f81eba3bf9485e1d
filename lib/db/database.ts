import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type PoolConfig } from "pg";
import { lockDirectory } from "./directory-lock.ts";
import { PrismaClient } from "./generated/client.ts";
import { migrate, pendingMigrations } from "./migrate.ts";
import { openEmbedded } from "./pglite/connection.ts";

/** An open, migrated database. */
export type Database = {
  readonly kind: "pglite" | "postgresql";
  /** For SQL by hand, on the same connections as `prisma`. */
  readonly pool: Pool;
  readonly prisma: PrismaClient;
  /** Where it is, without a password. */
  readonly place: string;
  /** Names of migrations that have not been applied; empty after a start. */
  readonly pending: () => Promise<string[]>;
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  /** A PostgreSQL address; absent: PGlite in `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  /** The folder of package.json. */
  readonly root: string;
};

/** Opens the database and applies pending migrations. Throws a sentence when it cannot be reached or is in use. */
export async function openDatabase({ url, dataDir, root }: DatabaseOptions): Promise<Database> {
  return url === undefined ? openPglite(dataDir, root) : openPostgres(url, root);
}

async function openPostgres(url: string, root: string): Promise<Database> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    application_name: "parley",
    connectionTimeoutMillis: 10_000,
  });
  // A connection lost while idle is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  try {
    await migrate(pool, root);
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
  const { host, pathname } = new URL(url);
  return wrap("postgresql", pool, `${host}${pathname}`, root, () => pool.end());
}

async function openPglite(dataDir: string, root: string): Promise<Database> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(dataDir);
  try {
    const folder = join(dataDir, "pgdata");
    copyTemplate(folder, root);
    const embedded = await openEmbedded(folder, join(root, "lib/db/pglite/worker.ts"));
    // `stream` is missing from the types of PoolConfig, but handed on to every client.
    const config: PoolConfig & { stream: unknown } = {
      max: 8,
      user: "postgres",
      database: "postgres",
      stream: embedded.connect,
    };
    const pool = new Pool(config);
    await migrate(pool, root);
    return wrap("pglite", pool, folder, root, async () => {
      await pool.end();
      await embedded.close();
      unlock();
    });
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}

/** Where `npm run build` leaves an empty, migrated database: copying it is twenty times faster than making one. */
export const templateFolder = (root: string): string => join(root, ".next/pgdata-template");

function copyTemplate(folder: string, root: string): void {
  const template = templateFolder(root);
  if (existsSync(folder) || !existsSync(template)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  cpSync(template, part, { recursive: true });
  renameSync(part, folder);
}

function wrap(kind: Database["kind"], pool: Pool, place: string, root: string, end: () => Promise<void>): Database {
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    kind,
    pool,
    prisma,
    place,
    pending: () => pendingMigrations(pool, root),
    async close() {
      await prisma.$disconnect();
      await end();
    },
  };
}
