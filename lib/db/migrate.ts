import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseError, type Pool, type PoolClient } from "pg";
import { ChatError } from "../domain/errors.ts";
import { onOneConnection } from "./limited-pool.ts";

/** Any number that no other program in the database uses for its advisory locks. */
const LOCK = 7_227_539;
/** Who waits for longer than this for another that migrates gives up. */
const WAIT_MINUTES = 5;
/**
 * A change of a table that waits for its readers keeps all that come after it waiting, so it does not wait for long.
 */
const TABLE_LOCK_SECONDS = 30;
const LOCK_TIMEOUT = "55P03";

/** How a database and the migrations of this version stand to each other. */
export type MigrationState = {
  /** Shipped with this version and not applied, in the order they apply. */
  readonly pending: readonly string[];
  /** Applied, and unknown to this version: a later one has been here. */
  readonly newer: readonly string[];
  /** Begun and never ended, by Prisma's command or an earlier version; `log` is what was noted of it, or "". */
  readonly failed: readonly { readonly name: string; readonly startedAt: Date; readonly log: string }[];
};

type Applied = {
  readonly migration_name: string;
  readonly started_at: Date;
  readonly is_finished: boolean;
  readonly logs: string | null;
};

const migrationFile = (root: string, name: string) => join(root, "prisma/migrations", name, "migration.sql");

/** Names of the migrations that ship with this version, in the order they apply. */
export async function shippedMigrations(root: string): Promise<string[]> {
  const entries = await readdir(join(root, "prisma/migrations"), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** Reads how the database stands to this version. */
export async function migrationState(pool: Pick<PoolClient, "query">, root: string): Promise<MigrationState> {
  const shipped = await shippedMigrations(root);
  const table = await pool.query("select to_regclass('_prisma_migrations') is not null as exists");
  if (!table.rows[0].exists) return { pending: shipped, newer: [], failed: [] };
  const { rows } = await pool.query<Applied>(
    `select migration_name, started_at, finished_at is not null as is_finished, logs from _prisma_migrations
     where rolled_back_at is null order by started_at, migration_name`,
  );
  const done = new Set(rows.flatMap((row) => (row.is_finished ? [row.migration_name] : [])));
  const failed = rows.filter((row) => !row.is_finished && !done.has(row.migration_name));
  return {
    pending: shipped.filter((name) => !done.has(name)),
    newer: [...done].filter((name) => !shipped.includes(name)).sort(),
    failed: failed.map((row) => ({ name: row.migration_name, startedAt: row.started_at, log: row.logs ?? "" })),
  };
}

/**
 * Applies what is pending, once, however many processes start together: the others wait up to five minutes and find
 * nothing to do. Gives the names that this call has applied.
 *
 * A migration is one transaction with the note that it was applied, and the lock is that transaction's: whatever ends,
 * nothing is half applied and no lock is left, also through a pooler. Throws a sentence that says what to do where a
 * migration fails, where another process does not come to its end, or where one was left unfinished.
 */
export async function migrate(pool: Pool, root: string): Promise<string[]> {
  const applied: string[] = [];
  for (;;) {
    const name = await onOneConnection(pool, (client) => applyNext(client, root));
    if (name === null) return applied;
    applied.push(name);
  }
}

/** Applies the first that is pending. Gives its name; null: none was. */
async function applyNext(client: PoolClient, root: string): Promise<string | null> {
  if ((await migrationState(client, root)).pending.length === 0) return null;
  await client.query("begin");
  await client.query("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
  await waitForLock(client);
  const { pending, failed } = await migrationState(client, root);
  const [unfinished] = failed;
  if (unfinished) throw new Error(unfinishedSentence(unfinished));
  const [name] = pending;
  if (name === undefined) {
    await client.query("rollback");
    return null;
  }
  await client.query(`set local lock_timeout = '${TABLE_LOCK_SECONDS}s'`);
  await client.query(TABLE);
  const script = await readFile(migrationFile(root, name), "utf8");
  try {
    await client.query(script);
  } catch (thrown) {
    throw new Error(failureSentence(name, thrown), { cause: thrown });
  }
  await note(client, name, script);
  await client.query("commit");
  return name;
}

async function waitForLock(client: PoolClient): Promise<void> {
  await client.query(`set local lock_timeout = '${WAIT_MINUTES}min'`);
  try {
    await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
  } catch (thrown) {
    if (!isLockTimeout(thrown)) throw thrown;
    throw new Error(
      `Another process has been applying migrations for ${WAIT_MINUTES} minutes. See what it does (pg_stat_activity), ` +
        "and start again when it is done.",
    );
  }
}

const isLockTimeout = (thrown: unknown): boolean => thrown instanceof DatabaseError && thrown.code === LOCK_TIMEOUT;

// As Prisma's own command makes and reads it, so that `prisma migrate` goes on from here and the other way about.
const TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0)`;

async function note(client: PoolClient, name: string, script: string): Promise<void> {
  const checksum = createHash("sha256").update(script).digest("hex");
  await client.query(
    `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

function failureSentence(name: string, thrown: unknown): string {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = isLockTimeout(thrown)
    ? `a table that it changes was in use by another transaction for ${TABLE_LOCK_SECONDS} s`
    : why;
  return `The migration ${name} failed: ${cause}. Nothing of it was applied; when its cause is gone, start again.`;
}

function unfinishedSentence({ name, startedAt, log }: MigrationState["failed"][number]): string {
  const [reason = ""] = log.trim().split("\n");
  return (
    `The migration ${name} was begun at ${startedAt.toISOString()} and never ended${reason ? ` (${reason})` : ""}. ` +
    `See whether what prisma/migrations/${name}/migration.sql does is in the database: if nothing of it is, run ` +
    `"npm run migrate -- --again ${name}"; if all of it is, run "npm run migrate -- --done ${name}".`
  );
}

/**
 * Says what became of a migration that was left unfinished: "again" lets it be applied anew, "done" counts it as
 * applied. Throws a sentence where no such migration is unfinished.
 */
export async function settle(pool: Pool, root: string, name: string, outcome: "again" | "done"): Promise<void> {
  const { failed } = await migrationState(pool, root);
  if (!failed.some((one) => one.name === name)) throw new Error(`No migration ${name} is unfinished here.`);
  const change = outcome === "again" ? "rolled_back_at = now()" : "finished_at = now()";
  await pool.query(
    `update _prisma_migrations set ${change} where migration_name = $1 and finished_at is null and rolled_back_at is null`,
    [name],
  );
}

const BEHIND = "migrations";

/**
 * Throws where this version needs migrations that the database does not have: 503 in each dialect's shape, with a
 * sentence that says what to do. A database that is ahead is taken: migrations leave what the version before them uses.
 */
export async function checkMigrated(pool: Pool, root: string): Promise<void> {
  const { pending, failed } = await migrationState(pool, root);
  if (pending.length === 0) return;
  const [unfinished] = failed;
  const what = unfinished
    ? `a migration was left unfinished. "npm run migrate" says more`
    : `${pending.length} of its migrations are missing. Run "npm run migrate"`;
  const cause = unfinished ? unfinishedSentence(unfinished) : `Missing are ${pending.join(", ")}`;
  throw new ChatError("unavailable", `The database is behind this version: ${what}.`, {
    noun: BEHIND,
    cause,
    retryAfterSeconds: 5,
  });
}

/** Whether that is what was thrown; asking again later may find the database migrated. */
export const isBehind = (thrown: unknown): thrown is ChatError =>
  thrown instanceof ChatError && thrown.code === "unavailable" && thrown.details.noun === BEHIND;
