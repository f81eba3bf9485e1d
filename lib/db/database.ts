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
  /** Why it is known to be away right now; null: nothing is known of that. */
  readonly fault: () => string | null;
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  /** A PostgreSQL address; absent: PGlite in `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  /** The folder of package.json. */
  readonly root: string;
  /** The longest that a statement may take; half a minute where it is absent. */
  readonly statementMs?: number;
  readonly log?: Log;
};

type Log = {
  readonly info: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

/** A statement that takes longer is ended; no answer waits for one that takes so long. */
const STATEMENT_MS = 30_000;
const LOCK_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
/** Longer than the server's own limit, whose error says more: for servers that no longer answer at all. */
const ANSWER_GRACE_MS = 5000;
const CONNECT_MS = 10_000;

/**
 * Opens the database and applies pending migrations. Throws a sentence when it cannot be reached or is in use.
 *
 * Statements are ended after 30 s, but for those of migrations.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openPglite(options) : openPostgres(options.url, options);
}

async function openPostgres(url: string, { root, statementMs = STATEMENT_MS }: DatabaseOptions): Promise<Database> {
  const shared: PoolConfig = {
    connectionString: url,
    application_name: "parley",
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  };
  // By statements, not with the connection: a pooler such as PgBouncer refuses to connect with settings it does not know.
  const limits = [
    `set statement_timeout = ${statementMs}`,
    `set lock_timeout = ${LOCK_MS}`,
    `set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
  ].join("; ");
  const pool = calm(
    new Pool({
      ...shared,
      max: 10,
      query_timeout: statementMs + ANSWER_GRACE_MS,
      onConnect: async (client) => void (await client.query(limits)),
    }),
  );
  try {
    await migrateWithoutLimits(pool, new Pool({ ...shared, max: 3 }), root);
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
  const { host, pathname } = new URL(url);
  return wrap("postgresql", pool, root, { place: `${host}${pathname}`, fault: () => null, end: () => pool.end() });
}

async function openPglite({ dataDir, root, statementMs = STATEMENT_MS, log }: DatabaseOptions): Promise<Database> {
  const embedded = await openFolder(dataDir, root);
  embedded.onChange((fault) => {
    if (fault === null) log?.info({}, "The embedded database runs again");
    else log?.error({}, fault);
  });
  // `stream` is missing from the types of PoolConfig, but handed on to every client.
  const shared: PoolConfig & { stream: unknown } = {
    user: "postgres",
    database: "postgres",
    connectionTimeoutMillis: statementMs + ANSWER_GRACE_MS,
    stream: embedded.connect,
  };
  const pool = calm(new Pool({ ...shared, max: 8, query_timeout: statementMs + ANSWER_GRACE_MS }));
  const end = async () => {
    try {
      await pool.end();
    } finally {
      await embedded.close();
    }
  };
  try {
    await migrateWithoutLimits(pool, new Pool({ ...shared, max: 3 }), root);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  // It has no timers of its own that could interrupt a statement.
  embedded.limitBatches(statementMs);
  return wrap("pglite", pool, root, { place: embedded.folder, fault: embedded.fault, end });
}

async function migrateWithoutLimits(pool: Pool, unlimited: Pool, root: string): Promise<void> {
  calm(unlimited);
  try {
    if ((await pendingMigrations(pool, root)).length > 0) await migrate(unlimited, root);
  } finally {
    await unlimited.end();
  }
}

/** A pool whose lost connections fail what runs on them and are replaced; unheard, their errors would end the process. */
function calm(pool: Pool): Pool {
  const ignore = () => {};
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

type Parts = Pick<Database, "place" | "fault"> & { readonly end: () => Promise<void> };

function wrap(kind: Database["kind"], pool: Pool, root: string, { place, fault, end }: Parts): Database {
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
    fault,
    pending: () => pendingMigrations(pool, root),
    async close() {
      try {
        await prisma?.$disconnect();
      } finally {
        await end();
      }
    },
  };
}
