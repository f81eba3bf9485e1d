import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { emptyDatabase } from "../../testing/databases.ts";
import { makeSession } from "../../testing/stored-turns.ts";
import { openDatabase } from "../database.ts";
import { lockDirectory } from "../directory-lock.ts";
import { moveToPostgres } from "./move.ts";

const root = process.cwd();
/** As many as `MESSAGES` says: 100000 take a minute. */
const MESSAGES = Number(process.env.MESSAGES ?? 3000);
const LONG_MS = 600_000;
const isPostgres = process.env.TEST_DATABASE === "postgresql";
let dataDir = "";
let url = "";

// No test changes it.
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-move-"));
  if (isPostgres) await fill();
}, LONG_MS);
afterAll(() => rmSync(dataDir, { recursive: true }));
beforeEach(async () => {
  url = (await emptyDatabase()).DATABASE_URL ?? "";
});

const move = () => moveToPostgres({ dataDir, url, root, tell: () => {} });

/** A session of many messages with a text of every kind, and a file. */
async function fill(): Promise<void> {
  const database = await openDatabase({ dataDir, root, statementMs: LONG_MS });
  const { pool } = database;
  const { id, branchId, accountId } = await makeSession(database);
  await pool.query(`update "Account" set "deletionsForgottenIn" = 900000`);
  const odd = `say "hi", (it's) {a\\b}\n\té\u{1f600}`;
  await pool.query(
    `insert into "Message" (id, "sessionId", "branchId", position, role, source, parts)
     select gen_random_uuid(), $1, $2, n, 'user', 'api_request',
       json_build_array(json_build_object('type', 'text', 'text', $3::text || n, 'none', null))
     from generate_series(0, $4::int - 1) n`,
    [id, branchId, odd, MESSAGES],
  );
  const fileId = newId();
  await pool.query(
    `insert into "File" (id, "accountId", hash, name, "mediaType", size) values ($1, $2, '', $3, '', 4)`,
    [fileId, accountId, odd],
  );
  const bytes = Buffer.from([0, 1, 92, 255]);
  await pool.query(`insert into "FileBytes" ("fileId", n, bytes) values ($1, 0, $2)`, [fileId, bytes]);
  await database.close();
}

test.skipIf(!isPostgres)(
  "all rows are moved and equal one by one, and the source is left as it was",
  { timeout: LONG_MS },
  async () => {
    const before = hashOf(join(dataDir, "pgdata"));
    const moved = await move();
    expect(hashOf(join(dataDir, "pgdata"))).toBe(before);
    expect(readdirSync(dataDir)).toEqual(["pgdata"]);
    expect(moved).toContainEqual({ table: "Message", rows: MESSAGES });

    const [there, here] = [await openDatabase({ dataDir, root }), await openDatabase({ url, dataDir, root })];
    for (const table of ["Message", "Session", "Branch", "Project", "File"]) {
      const text = `select t::text as row from "${table}" t order by id`;
      const [source, target] = [await there.pool.query(text), await here.pool.query(text)];
      expect(target.rows.length).toBe(source.rows.length);
      for (const [n, row] of source.rows.entries())
        if (row.row !== target.rows[n]?.row) expect(target.rows[n]).toEqual(row);
    }
    // Transactions are counted anew, so none of before is one of those to come.
    const changes = `select (select max("changedIn") from "SessionChange")::int as changed,
    (select max("deletionsForgottenIn") from "Account")::int as forgotten`;
    expect((await here.pool.query(changes)).rows).toEqual([{ changed: 0, forgotten: 0 }]);
    // What was taken away for the copying is there again.
    const kept = `select (select count(*) from pg_constraint where contype = 'f' and convalidated)::int as keys,
    (select count(*) from pg_trigger where not tgisinternal and tgenabled = 'O')::int as triggers`;
    expect((await here.pool.query(kept)).rows).toEqual((await there.pool.query(kept)).rows);
    await Promise.all([there.close(), here.close()]);
  },
);

test.skipIf(!isPostgres)(
  "a database that has rows, and a directory in use, are refused, and nothing is written",
  { timeout: LONG_MS },
  async () => {
    const target = await openDatabase({ url, dataDir, root });
    await makeSession(target);
    await target.close();
    await expect(move()).rejects.toThrow("The database has rows in Account already. Name an empty one.");
    const lock = await lockDirectory(dataDir);
    await expect(move()).rejects.toThrow("is in use by process");
    lock.release();
  },
);

test.skipIf(!isPostgres)(
  "a move that fails in its middle leaves the other database empty",
  { timeout: LONG_MS },
  async () => {
    await (await openDatabase({ url, dataDir, root })).close();
    const pool = new Pool({ connectionString: url, max: 1 });
    await pool.query(`alter table "Session" add constraint refused check (false) not valid`);
    await expect(move()).rejects.toThrow("refused");
    const { rows } = await pool.query(`select count(*)::int as n from "Account"`);
    expect(rows).toEqual([{ n: 0 }]);
    await pool.end();
  },
);

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).sort((a, b) =>
    a.parentPath + a.name < b.parentPath + b.name ? -1 : 1,
  )) {
    hash.update(join(entry.parentPath, entry.name));
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest("hex");
}
