import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { migratedDatabase } from "../testing/databases.ts";
import { type Database, openDatabase } from "./database.ts";
import { statement } from "./sql/statement.ts";
import { inTransaction } from "./sql.ts";

let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: process.cwd() });
  await database.pool.query("create table changed (n int); insert into changed values (1)");
});
afterAll(() => database.close());

const read = statement({
  name: "read-changed",
  text: "select * from changed",
  parameters: {},
  row: z.object({ n: z.coerce.number() }),
});
const AT_ONCE = 20;
const all = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: AT_ONCE }, work));
const alter = (type: string) => database.pool.query(`alter table changed alter column n type ${type}`);
const ROWS = Array.from({ length: AT_ONCE }, () => [{ n: 1 }]);

test("statements that connections have planned before a migration changed their columns are planned anew", async () => {
  expect(await all(() => read(database, {}))).toEqual(ROWS);
  await alter("bigint");
  expect(await all(() => read(database, {}))).toEqual(ROWS);
  // A second migration meets names of the second round.
  await alter("numeric");
  expect(await all(() => read(database, {}))).toEqual(ROWS);
});

test("a transaction that meets such a plan runs again as a whole", async () => {
  await all(() => read(database, {}));
  await alter("int");
  let runs = 0;
  const found = await inTransaction(database, async (connection) => {
    runs++;
    await connection.pool.query("insert into changed values (2)");
    return read(connection, {});
  });
  expect(found).toEqual([{ n: 1 }, { n: 2 }]);
  expect(runs).toBe(2);
  expect(await read(database, {})).toEqual([{ n: 1 }, { n: 2 }]);
});
