import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyDatabase } from "../testing/databases.ts";
import { type Database, openDatabase } from "./database.ts";
import { migrate, migrationsList, pendingMigrations } from "./migrate.ts";
import { schemaDiff } from "./schema-diff.ts";

const root = join(import.meta.dirname, "../..");
const shipped = readdirSync(join(root, "prisma/migrations"), { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();
let database: Database;

beforeAll(async () => {
  database = await openEmpty();
});
afterAll(() => database.close());

test("a new database has every migration that ships, applied once", async () => {
  const { rows } = await database.pool.query(
    "select migration_name, finished_at is not null as finished, rolled_back_at from _prisma_migrations order by 1",
  );
  expect(rows).toEqual(shipped.map((name) => ({ migration_name: name, finished: true, rolled_back_at: null })));
});

test("every migration folder is given to the engine, with its text", async () => {
  const { migrationDirectories, lockfile } = await migrationsList(root);
  expect(migrationDirectories.map(({ path }) => path)).toEqual(shipped);
  expect(migrationDirectories.every(({ migrationFile }) => migrationFile.content.value.length > 0)).toBe(true);
  expect(lockfile.content).toContain("postgresql");
});

test("an open database has nothing pending, and migrating again does nothing", async () => {
  expect(await database.pending()).toEqual([]);
  expect(await migrate(database.pool, root)).toEqual([]);
});

test("a migration that did not finish is pending", async () => {
  await database.pool.query("update _prisma_migrations set finished_at = null");
  expect(await pendingMigrations(database.pool, root)).toEqual(shipped);
  await database.pool.query("update _prisma_migrations set finished_at = now()");
});

test("the migrations make the schema that the code is generated from", async () => {
  expect(await schemaDiff(root, database.pool)).toBe("");
});

test("what the migrations add by hand is there", async () => {
  const { rows } = await database.pool.query<{ indexname: string }>("select indexname from pg_indexes");
  const names = rows.map(({ indexname }) => indexname);
  expect(names).toEqual(expect.arrayContaining(["Run_one_running", "Account_email_key", "Agent_canonicalName_key"]));
});

test.skipIf(process.env.TEST_DATABASE !== "postgresql")(
  "instances that start together on one empty server migrate it once",
  async () => {
    const { DATABASE_URL } = await emptyDatabase();
    const pools = Array.from({ length: 3 }, () => new pg.Pool({ connectionString: DATABASE_URL, max: 4 }));
    const applied = await Promise.all(pools.map((pool) => migrate(pool, root)));
    expect(applied.flat()).toEqual(shipped);
    const { rows } = (await pools[0]?.query("select count(*)::int as count from _prisma_migrations")) ?? { rows: [] };
    expect(rows).toEqual([{ count: shipped.length }]);
    await Promise.all(pools.map((pool) => pool.end()));
  },
);

test.skipIf(process.env.TEST_DATABASE !== "postgresql")("a server that is not there is refused in words", async () => {
  await expect(openDatabase({ url: "postgresql://nobody@127.0.0.1:1/x", dataDir: ".", root })).rejects.toThrow(
    "ECONNREFUSED",
  );
});

async function openEmpty(): Promise<Database> {
  const { DATA_DIR, DATABASE_URL } = await emptyDatabase();
  return openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
}
