import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type PoolConfig } from "pg";
import { PrismaClient } from "./generated/client.ts";
import { migrate, pendingMigrations } from "./migrate.ts";
import { openFolder } from "./pglite/folder.ts";

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
  const embedded = await openFolder(dataDir, root);
  // `stream` is missing from the types of PoolConfig, but handed on to every client.
  const config: PoolConfig & { stream: unknown } = {
    max: 8,
    user: "postgres",
    database: "postgres",
    stream: embedded.connect,
  };
  const pool = new Pool(config);
  const end = async () => {
    await pool.end();
    await embedded.close();
  };
  try {
    await migrate(pool, root);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return wrap("pglite", pool, embedded.folder, root, end);
}

function wrap(kind: Database["kind"], pool: Pool, place: string, root: string, end: () => Promise<void>): Database {
  let prisma: PrismaClient | null = null;
  return {
    kind,
    pool,
    // Made with its first query: loading its compiler takes a tenth of a second, and a start needs none.
    get prisma() {
      prisma ??= new PrismaClient({ adapter: new PrismaPg(pool) });
      return prisma;
    },
    place,
    pending: () => pendingMigrations(pool, root),
    async close() {
      await prisma?.$disconnect();
      await end();
    },
  };
}
