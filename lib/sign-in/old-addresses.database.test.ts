import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: process.cwd() });
});
afterAll(() => database.close());

test("S9: the migration gives old addresses their form, and leaves those that would become one as they are", async () => {
  const old = [
    "Ada@Example.org",
    "b@example.org",
    " c@example.org ",
    "ｄ@example.org",
    "E@example.org",
    "ｅ@example.org",
  ];
  for (const email of old) {
    await database.pool.query(`insert into "Account" (id, kind, email) values ($1, 'person', $2)`, [newId(), email]);
  }
  const sql = readFileSync("prisma/migrations/20261127121500_sign_ins/migration.sql", "utf8");
  const [update = ""] = /WITH "normal"[^;]+;/u.exec(sql) ?? [];
  await database.pool.query(update);
  const { rows } = await database.pool.query(`select email from "Account" where email is not null order by 1`);
  expect(rows.map(({ email }) => email).sort()).toEqual(
    ["ada@example.org", "b@example.org", "c@example.org", "d@example.org", "E@example.org", "ｅ@example.org"].sort(),
  );
});
