import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migratedDatabase } from "../testing/databases.ts";
import { makeSession } from "../testing/stored-turns.ts";
import { mergeGuest } from "./accounts.ts";
import { type Database, openDatabase } from "./database.ts";

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
});
afterAll(() => database.close());

const isWaiting = async () => {
  const { rows } = await database.pool.query(
    `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rows.length > 0;
};

test("a guest whose turns end while it signs in is moved all the same", async () => {
  const [first, home] = [await makeSession(database), await makeSession(database)];
  const second = await makeSession(database);
  await database.pool.query(`update "Session" set "accountId" = $1 where id = $2`, [first.accountId, second.id]);
  const merging = () => mergeGuest(database, first.accountId, home);
  // The embedded database does one transaction after the other.
  if (database.kind === "pglite") return expect(await merging()).toBe(true);

  const ending = await database.pool.connect();
  try {
    // The merge is to be the one that is ended.
    await ending.query("set deadlock_timeout = '60s'");
    const hold = (id: string) => ending.query(`select 1 from "Session" where id = $1 for no key update`, [id]);
    await ending.query("begin");
    await hold(second.id);
    const merged = merging();
    merged.catch(() => {});
    await expect.poll(isWaiting, { interval: 5 }).toBe(true);
    await hold(first.id);
    await ending.query("commit");
    expect(await merged).toBe(true);
  } finally {
    ending.release(true);
  }
  const { rows } = await database.pool.query(`select count(*)::int as n from "Session" where "accountId" = $1`, [
    home.accountId,
  ]);
  expect(rows[0].n).toBe(3);
});
