import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type PoolConfig, types } from "pg";
import { PrismaClient } from "./generated/client.ts";
import { limitedPool, tellOfUse } from "./limited-pool.ts";
import { checkMigrated, type MigrationState, migrate, migrationState, settle } from "./migrate.ts";
import { openFolder } from "./pglite/folder.ts";
import { parseTextArray } from "./text-array.ts";

/** An open, migrated database. */
export type Database = {
  readonly kind: "pglite" | "postgresql";
  /** For SQL by hand, on the same connections as `prisma`. */
  readonly pool: Pool;
  readonly prisma: PrismaClient;
  /** Where it is, without a password. */
  readonly place: string;
  /** How it stands to the migrations of this version now. */
  readonly migrations: () => Promise<MigrationState>;
  /** Why it is known to be away right now; null: nothing is known of that. */
  readonly fault: () => string | null;
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  /** A PostgreSQL address; absent: PGlite in `dataDir`. */
  readonly url?: string;
  /** An address of the same database with no pooler in between, for migrations; absent: `url`. */
  readonly directUrl?: string;
  /** Whether pending migrations are applied; false: an opening fails where some are. Absent: they are. */
  readonly migrates?: boolean;
  /** What became of a migration that was left unfinished, before others are applied. */
  readonly settle?: { readonly name: string; readonly outcome: "again" | "done" };
  /** Whether `url` is a pooler's; absent: that is found out. */
  readonly isPooled?: boolean;
  /**
   * Of a host that freezes the process between requests: gets a promise that is kept when no connection is open any
   * more. There are few connections then, and they close soon.
   */
  readonly keepAwake?: (work: Promise<void>) => void;
  readonly dataDir: string;
  /** Where snapshots of the embedded database are; `backups` in `dataDir` where it is absent. */
  readonly backupDir?: string;
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
const CONNECTIONS = 10;
type TypeId = Parameters<typeof types.setTypeParser>[0];
/** PostgreSQL's number of the type text[], pg_type.dat. */
const TEXT_ARRAY = 1009 as TypeId; // its type has no arrays
/** Of a host that freezes processes, which has many of them. */
const FROZEN = { max: 3, idleTimeoutMillis: 1000 };

/**
 * Opens the database and applies pending migrations, or refuses to open where some are pending. Throws a sentence when
 * it cannot be reached or is in use.
 *
 * Statements are ended after 30 s, but for those of migrations.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  types.setTypeParser(TEXT_ARRAY, parseTextArray);
  return options.url === undefined ? openPglite(options) : openPostgres(options.url, options);
}

async function openPostgres(url: string, options: DatabaseOptions): Promise<Database> {
  const { root, statementMs = STATEMENT_MS, directUrl = url, isPooled = null, keepAwake } = options;
  const shared: PoolConfig = { application_name: "parley", connectionTimeoutMillis: CONNECT_MS, keepAlive: true };
  // By statements, not with the connection: a pooler such as PgBouncer refuses to connect with settings it does not
  // know.
  const limits = { statementMs, lockMs: LOCK_MS, idleInTransactionMs: IDLE_IN_TRANSACTION_MS };
  const pool = calm(
    limitedPool(
      {
        ...shared,
        connectionString: url,
        query_timeout: statementMs + ANSWER_GRACE_MS,
        ...(keepAwake ? FROZEN : { max: CONNECTIONS }),
      },
      limits,
      isPooled,
    ),
  );
  if (keepAwake) tellOfUse(pool, keepAwake);
  try {
    await bringUpToDate(pool, () => new Pool({ ...shared, connectionString: directUrl, max: 1 }), options);
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
  const { host, pathname } = new URL(url);
  return wrap("postgresql", pool, root, { place: `${host}${pathname}`, fault: () => null, end: () => pool.end() });
}

async function openPglite(options: DatabaseOptions): Promise<Database> {
  const { dataDir, backupDir, root, statementMs = STATEMENT_MS, log } = options;
  const embedded = await openFolder(dataDir, root, backupDir);
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
    await bringUpToDate(pool, () => new Pool({ ...shared, max: 1 }), options);
  } catch (thrown) {
    await end();
    throw thrown;
  }
  // It has no timers of its own that could interrupt a statement.
  embedded.limitBatches(statementMs);
  return wrap("pglite", pool, root, { place: embedded.folder, fault: embedded.fault, end });
}

/** Sees that nothing is pending. Migrations run on a pool of their own: its connections have no limits of time. */
async function bringUpToDate(pool: Pool, unlimited: () => Pool, options: DatabaseOptions): Promise<void> {
  const { root, migrates = true, settle: told, log } = options;
  if (!migrates) return checkMigrated(pool, root);
  if (told) await settle(pool, root, told.name, told.outcome);
  if ((await migrationState(pool, root)).pending.length === 0) return;
  const migrating = calm(unlimited());
  try {
    const applied = await migrate(migrating, root);
    log?.info({ applied }, "Migrations applied");
  } finally {
    await migrating.end();
  }
}

/**
 * A pool whose lost connections fail what runs on them and are replaced; unheard, their errors would end the process.
 */
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
    migrations: () => migrationState(pool, root),
    async close() {
      try {
        await prisma?.$disconnect();
      } finally {
        await end();
      }
    },
  };
}
