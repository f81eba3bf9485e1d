import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Pool, type PoolClient } from "pg";
import { openDatabase } from "../database.ts";
import { lockDirectory } from "../directory-lock.ts";
import { digestOf, listForeignKeys, listTables, quoted, type Table } from "./tables.ts";

const CONNECT_MS = 10_000;
/** A batch of rows begins small and grows until it is as large as this, or has so many. */
const BATCH_BYTES = 4 * 1024 * 1024;
const MOST_ROWS = 2000;
const FIRST_ROWS = 16;

const STATEMENT_MS = 60 * 60 * 1000;

/** How the text of a row looks on both sides. */
const SAME_TEXT = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';
  set bytea_output = 'hex'; set extra_float_digits = 1`;

export type Moved = { readonly table: string; readonly rows: number };

/**
 * Copies the embedded database of a data directory into an empty PostgreSQL database, in one transaction there, and
 * gives the rows of each table. Before it commits, the rows of both sides are counted and their hashes compared.
 *
 * The embedded database is not even opened: a copy of its folder is, and goes again. Throws a sentence where the
 * directory is in use, the other database has rows already, or anything differs; nothing is written then.
 */
export async function moveToPostgres({
  dataDir,
  url,
  root,
  tell,
}: {
  readonly dataDir: string;
  readonly url: string;
  readonly root: string;
  readonly tell: (line: string) => void;
}): Promise<Moved[]> {
  const lock = await lockDirectory(dataDir);
  const work = join(dataDir, "moving");
  try {
    // Of a process that was killed.
    await rm(work, { recursive: true, force: true });
    // First, as it costs nothing to be refused. Opening migrates it.
    const target = await openDatabase({ url, dataDir, root });
    await checkEmpty(target.pool).finally(target.close);
    await mkdir(join(work, "pgdata"), { recursive: true, mode: 0o700 });
    await cp(join(dataDir, "pgdata"), join(work, "pgdata"), { recursive: true });
    const source = await openDatabase({ dataDir: work, root, statementMs: STATEMENT_MS });
    try {
      return await copyAll(source.pool, url, tell);
    } finally {
      await source.close();
    }
  } finally {
    await rm(work, { recursive: true, force: true });
    lock.release();
  }
}

async function copyAll(from: Pool, url: string, tell: (line: string) => void): Promise<Moved[]> {
  const pool = new Pool({ connectionString: url, max: 1, connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
  pool.on("error", () => {});
  const [source, target] = await Promise.all([from.connect(), pool.connect()]);
  target.on("error", () => {});
  let isDone = false;
  try {
    // The embedded one is a copy that nobody else changes, and needs no transaction.
    for (const side of [source, target]) await side.query(SAME_TEXT);
    await target.query("begin; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
    const moved = await copyTables(source, target, tell);
    await forgetTransactions(target);
    await target.query("commit");
    isDone = true;
    return moved;
  } finally {
    if (!isDone) await target.query("rollback").catch(() => {});
    source.release();
    // Its settings are to be nobody else's, should a pooler hand it on.
    target.release(true);
    await pool.end();
  }
}

async function copyTables(source: PoolClient, target: PoolClient, tell: (line: string) => void): Promise<Moved[]> {
  const tables = await listTables(source);
  if (JSON.stringify(tables) !== JSON.stringify(await listTables(target))) {
    throw new Error("The two databases do not have the same tables: one of them was changed by hand.");
  }
  await checkEmpty(target);
  // Rows come in no order of who points to whom, and what triggers note is copied itself.
  const foreignKeys = await listForeignKeys(target);
  for (const { table, name } of foreignKeys)
    await target.query(`alter table ${quoted(table)} drop constraint ${quoted(name)}`);
  for (const { name } of tables) await target.query(`alter table ${quoted(name)} disable trigger user`);
  const moved: Moved[] = [];
  for (const table of tables) {
    await copyRows(source, target, table);
    const [there, here] = [await digestOf(source, table), await digestOf(target, table)];
    if (there.rows !== here.rows || there.sum !== here.sum) {
      throw new Error(`${table.name} differs: ${there.rows} rows there and ${here.rows} here, or other ones.`);
    }
    tell(`${table.name}: ${here.rows} rows on both sides, all equal`);
    moved.push({ table: table.name, rows: here.rows });
  }
  for (const { name } of tables) await target.query(`alter table ${quoted(name)} enable trigger user`);
  for (const { table, name, definition } of foreignKeys) {
    await target.query(`alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`);
  }
  return moved;
}

async function checkEmpty(target: Pick<PoolClient, "query">): Promise<void> {
  for (const { name } of await listTables(target)) {
    const { rows } = await target.query(`select 1 from ${quoted(name)} limit 1`);
    if (rows.length > 0) throw new Error(`The database has rows in ${name} already. Name an empty one.`);
  }
}

type Row = { readonly text: string; readonly bytes: number; readonly key: readonly string[] };

async function copyRows(source: PoolClient, target: PoolClient, table: Table): Promise<void> {
  const { name, written, key } = table;
  const keys = key.map((column) => quoted(column.name)).join(", ");
  const texts = key.map((column) => `${quoted(column.name)}::text`).join(", ");
  const after = key.map(({ type }, n) => `$${n + 1}::${type}`).join(", ");
  const columns = written.map(quoted).join(", ");
  let last: readonly string[] = [];
  for (let size = FIRST_ROWS; ; ) {
    const { rows } = await source.query<Row>(
      `select t::text as text, octet_length(t::text) as bytes, array[${texts}] as key from ${quoted(name)} t
       ${last.length === 0 ? "" : `where (${keys}) > (${after})`} order by ${keys} limit ${size}`,
      [...last],
    );
    const end = rows.at(-1);
    if (!end) return;
    await target.query(
      `insert into ${quoted(name)} (${columns}) select ${columns} from unnest($1::${quoted(name)}[])`,
      [rows.map(({ text }) => text)],
    );
    last = end.key;
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    if (bytes > BATCH_BYTES) size = Math.max(1, Math.floor(size / 4));
    else size = Math.min(MOST_ROWS, size * 2);
  }
}

/** Sessions have changed before anybody asks, since transactions are counted anew here. */
async function forgetTransactions(target: PoolClient): Promise<void> {
  await target.query(`update "SessionChange" set "changedIn" = 0`);
  await target.query(`update "Account" set "deletionsForgottenIn" = 0`);
}
