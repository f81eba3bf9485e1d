import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { type Database, openDatabase } from "./database.ts";
import { upkeep } from "./upkeep.ts";

const MANY = 1500;
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase({ isOwn: true });
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: process.cwd() });
});
afterAll(() => database.close());

/** What was done until nothing was left to do, and a time in which the database counts what it has done. */
async function kept(): Promise<string[]> {
  const done: string[] = [];
  // It tells of its changes once a second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await database.pool.query("select 1");
  for (let work = await upkeep(database); work !== null && done.length < 50; work = await upkeep(database)) {
    done.push(work);
  }
  return done;
}

async function knownRows(): Promise<{ rows: number; bytes: number }> {
  const { rows } = await database.pool.query(
    `select reltuples::float8 as rows, pg_relation_size(oid)::float8 as bytes from pg_class where relname = 'Account'`,
  );
  return rows[0];
}

const insert = () =>
  database.prisma.account.createMany({ data: Array.from({ length: MANY }, () => ({ id: newId(), kind: "person" })) });

test("tables of the embedded database are known, and the room of deleted rows is used again", async () => {
  await insert();
  const first = await kept();
  if (database.kind === "postgresql") return expect(first).toEqual([]);
  expect(first).toContain('vacuum (analyze) public."Account"');
  expect((await knownRows()).rows).toBe(MANY);
  const { bytes } = await knownRows();
  for (let n = 0; n < 2; n++) {
    await database.prisma.account.deleteMany();
    expect(await kept()).toContain('vacuum (analyze) public."Account"');
    await insert();
  }
  expect((await knownRows()).bytes).toBeLessThan(1.5 * bytes);
});

test("where little has changed nothing is done", async () => {
  await kept();
  await database.prisma.account.create({ data: { id: newId(), kind: "person" } });
  expect(await kept()).toEqual([]);
});
