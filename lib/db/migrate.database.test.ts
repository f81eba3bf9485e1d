import { readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyDatabase } from "../testing/databases.ts";
import { type Database, openDatabase } from "./database.ts";
import { checkMigrated, isBehind, migrate, migrationState, settle, shippedMigrations } from "./migrate.ts";
import { schemaDiff } from "./schema-diff.ts";
import { startSchemaEngine } from "./schema-engine.ts";

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

test("Prisma's own engine finds nothing to do in what was applied, and would have made the same table", async () => {
  const engine = await startSchemaEngine(database.pool, root);
  const diagnosed = await engine.diagnoseMigrationHistory({
    migrationsList: await migrationsList(),
    optInToShadowDatabase: false,
    filters: { externalTables: [], externalEnums: [] },
  });
  engine.free();
  expect(diagnosed).toMatchObject({ hasMigrationsTable: true, history: null, editedMigrationNames: [] });
  expect(diagnosed.failedMigrationNames).toEqual([]);
});

test("an open database has nothing pending, and migrating again does nothing", async () => {
  expect(await database.migrations()).toEqual({ pending: [], newer: [], failed: [] });
  expect(await migrate(database.pool, root)).toEqual([]);
});

test("a migration that this version does not know is newer, and the database is taken", async () => {
  await database.pool.query(
    `insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', '', '29990101000000_later', now())`,
  );
  expect(await database.migrations()).toEqual({ pending: [], newer: ["29990101000000_later"], failed: [] });
  await checkMigrated(database.pool, root);
  await database.pool.query("delete from _prisma_migrations where id = 'x'");
});

// The embedded database is migrated by its own server's start, always.
test.skipIf(process.env.TEST_DATABASE !== "postgresql")(
  "a start that does not migrate refuses a database that is behind, in words, and leaves it",
  async () => {
    const { DATA_DIR, DATABASE_URL } = await emptyDatabase();
    const opening = openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root, migrates: false });
    const thrown: unknown = await opening.catch((error: unknown) => error);
    expect(isBehind(thrown)).toBe(true);
    expect(String(thrown)).toContain(`${shipped.length} of its migrations are missing. Run "npm run migrate".`);
    const opened = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
    await opened.close();
    const again = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root, migrates: false });
    await again.close();
  },
);

describe("a migration that another program has left unfinished", () => {
  const last = shipped.at(-1) ?? "";
  beforeAll(() =>
    database.pool.query(
      "update _prisma_migrations set finished_at = null, logs = 'no\nroom' where migration_name = $1",
      [last],
    ),
  );

  test("is named with what was noted of it and what to do, and nothing is applied", async () => {
    expect((await database.migrations()).failed).toMatchObject([{ name: last, log: "no\nroom" }]);
    await expect(migrate(database.pool, root)).rejects.toThrow(
      new RegExp(`${last} was begun at .+ and never ended \\(no\\)\\. .+npm run migrate -- --again ${last}`, "u"),
    );
    await expect(checkMigrated(database.pool, root)).rejects.toThrow("a migration was left unfinished");
  });

  test("is settled by its name alone", async () => {
    await expect(settle(database.pool, root, "nothing", "done")).rejects.toThrow("No migration nothing is unfinished");
    await settle(database.pool, root, last, "again");
    expect(await database.migrations()).toEqual({ pending: [last], newer: [], failed: [] });
    await database.pool.query("update _prisma_migrations set rolled_back_at = null where migration_name = $1", [last]);
    await settle(database.pool, root, last, "done");
    expect(await database.migrations()).toEqual({ pending: [], newer: [], failed: [] });
  });
});

describe("a migration that fails", () => {
  let changed = "";
  beforeAll(async () => {
    changed = await mkdtemp(join(tmpdir(), "parley-migrations-"));
    await cp(join(root, "prisma/migrations"), join(changed, "prisma/migrations"), { recursive: true });
    const folder = join(changed, "prisma/migrations/29990101000000_fails");
    await mkdir(folder);
    await writeFile(join(folder, "migration.sql"), 'create table "Half" (n int); select 1 / 0;');
  });

  test("leaves nothing, no lock and no note, and the next try applies it whole", async () => {
    await expect(migrate(database.pool, changed)).rejects.toThrow(
      "The migration 29990101000000_fails failed: division by zero. Nothing of it was applied",
    );
    expect((await migrationState(database.pool, changed)).failed).toEqual([]);
    const { rows } = await database.pool.query(`select to_regclass('"Half"') as half`);
    expect(rows).toEqual([{ half: null }]);
    expect(await locks(database.pool)).toBe(0);

    await writeFile(
      join(changed, "prisma/migrations/29990101000000_fails/migration.sql"),
      'create table "Half" (n int);',
    );
    expect(await migrate(database.pool, changed)).toEqual(["29990101000000_fails"]);
    await database.pool.query(`drop table "Half"; delete from _prisma_migrations where migration_name like '2999%'`);
  });
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
    // Each takes the next that is pending.
    expect(applied.flat().sort()).toEqual(shipped);
    const { rows } = (await pools[0]?.query("select count(*)::int as count from _prisma_migrations")) ?? { rows: [] };
    expect(rows).toEqual([{ count: shipped.length }]);
    for (const pool of pools) expect(await locks(pool)).toBe(0);
    await Promise.all(pools.map((pool) => pool.end()));
  },
);

test.skipIf(process.env.TEST_DATABASE !== "postgresql")(
  "a process that is killed while it migrates leaves nothing half applied and no lock",
  async () => {
    const { DATABASE_URL } = await emptyDatabase();
    const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });
    pool.on("error", () => {});
    const killed = new pg.Pool({ connectionString: DATABASE_URL, max: 1, application_name: "killed" });
    killed.on("error", () => {});
    killed.on("connect", (client) => client.on("error", () => {}));
    const migrating = migrate(killed, root).then(
      () => "ended",
      () => "killed",
    );
    const kill =
      "select count(pg_terminate_backend(pid))::int as n from pg_stat_activity where application_name = 'killed'";
    for (let n = 0; n === 0; ) n = (await pool.query<{ n: number }>(kill)).rows[0]?.n ?? 0;
    expect(await migrating).toBe("killed");
    const { pending } = await migrationState(pool, root);
    expect(pending.length).toBeGreaterThan(0);
    expect(await migrate(pool, root)).toEqual(pending);
    expect((await migrationState(pool, root)).pending).toEqual([]);
    await Promise.all([pool.end(), killed.end()]);
  },
);

test.skipIf(process.env.TEST_DATABASE !== "postgresql")("a server that is not there is refused in words", async () => {
  await expect(openDatabase({ url: "postgresql://nobody@127.0.0.1:1/x", dataDir: ".", root })).rejects.toThrow(
    "ECONNREFUSED",
  );
});

/** Advisory locks in the database of a pool: other tests migrate theirs on the same server. */
async function locks(pool: pg.Pool): Promise<number> {
  const held = `select count(*)::int as n from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())`;
  return (await pool.query<{ n: number }>(held)).rows[0]?.n ?? 0;
}

/** The shipped migrations in the form that Prisma's engine takes. */
async function migrationsList() {
  const baseDir = join(root, "prisma/migrations");
  const read = async (name: string) => ({
    path: name,
    migrationFile: {
      path: "migration.sql",
      content: { tag: "ok" as const, value: await readFile(join(baseDir, name, "migration.sql"), "utf8") },
    },
  });
  return {
    baseDir,
    lockfile: { path: "migration_lock.toml", content: await readFile(join(baseDir, "migration_lock.toml"), "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all((await shippedMigrations(root)).map(read)),
  };
}

async function openEmpty(): Promise<Database> {
  const { DATA_DIR, DATABASE_URL } = await emptyDatabase();
  return openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
}
