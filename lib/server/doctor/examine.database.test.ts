import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../db/database.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import { freePort } from "../../testing/free-port.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";

const root = process.cwd();
const isPostgres = process.env.TEST_DATABASE === "postgresql";
const PASSWORD = "q8vX2mT7kLw9RbZn4sYc";
let environment: Record<string, string> = {};
/** What a scripted provider answers when it is asked for its models. */
let models = { status: 200, body: '{"data": []}' };
const provider = createServer((_, response) => response.writeHead(models.status).end(models.body));

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase({ isOwn: true });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  environment = { DATA_DIR, PORT: String(await freePort()), ...(DATABASE_URL ? { DATABASE_URL } : {}) };
});
afterAll(() => new Promise((resolve) => provider.close(resolve)));

const found = async (more: Readonly<Record<string, string>> = {}) => {
  const findings = await examine({ environment: { ...environment, ...more }, root });
  return (check: string): Finding | undefined => findings.find((finding) => finding.check === check);
};
/** A folder with no database, which is not opened then. */
const elsewhere = () => ({ DATA_DIR: join(environment.DATA_DIR ?? "", "none"), DATABASE_URL: "" });
const open = (): Promise<Database> =>
  openDatabase({ url: environment.DATABASE_URL, dataDir: environment.DATA_DIR ?? "", root });

test("before the first start there is nothing to be wrong, and the database stays as it was", async () => {
  const of = await found();
  if (isPostgres) expect(of("migrations")?.found).toMatch(/^\d+ to apply/u);
  else expect(of("database")?.found).toBe("none yet: the first start makes it");
  expect(of("server")?.state).toBe("warn");
  expect((await found())("migrations")).toEqual(of("migrations"));
});

test("a database that was opened once is told with its migrations, version and clock", async () => {
  await (await open()).close();
  const of = await found();
  expect(of("migrations")).toMatchObject({ state: "ok", found: "all are applied" });
  expect(of("clock")?.state).toBe("ok");
  expect(of("version of PostgreSQL")?.found).toMatch(/^\d\d/u);
  if (!isPostgres) expect(of("lock")?.found).toBe("nobody holds the data folder");
});

test.skipIf(isPostgres)("whoever holds the data folder is named, also while no server answers", async () => {
  const database = await open();
  const of = await found();
  await database.close();
  expect(of("lock")).toMatchObject({ state: "warn" });
  expect(of("lock")?.found).toContain(`process ${process.pid} on `);
});

test("migrations of a newer version and those that did not end are told", { timeout: 120_000 }, async () => {
  const database = await open();
  const add = (name: string, isEnded: boolean) =>
    database.pool.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
        values ($1, '', $1, now(), case when $2 then now() end, 1)`,
      [name, isEnded],
    );
  await add("99990101000000_later", true);
  await database.close();
  expect((await found())("migrations")).toMatchObject({
    state: "warn",
    found: "the database is newer: 99990101000000_later",
  });
  const again = await open();
  await again.pool.query("update _prisma_migrations set finished_at = null where migration_name like '9999%'");
  await again.close();
  expect((await found())("migrations")?.state).toBe("fail");
});

test("the provider is asked for its models with the key of the settings", async () => {
  const address = provider.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const settings = {
    ...elsewhere(),
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_MODEL: "small",
    OPENAI_API_KEY: "sk-1",
  };
  const state = async () => {
    const { state, found: text } = (await found(settings))("model provider") ?? {};
    return `${state}: ${text}`;
  };
  expect((await found(elsewhere()))("model provider")?.found).toContain("demo");
  models = { status: 200, body: '{"data": [{"id": "small"}]}' };
  expect(await state()).toBe("ok: reached; it has small");
  models = { status: 200, body: '{"data": [{"id": "large"}]}' };
  expect(await state()).toBe("warn: reached, and small is not in its list");
  models = { status: 401, body: "{}" };
  expect(await state()).toBe("fail: The provider's list of models failed (401)");
});

test("a database that is away is one finding, without a password", async () => {
  const DATABASE_URL = `postgresql://parley:${PASSWORD}@127.0.0.1:${await freePort()}/parley`;
  const findings = await examine({ environment: { ...environment, DATABASE_URL }, root });
  expect(findings.find(({ check }) => check === "database")?.state).toBe("fail");
  expect(JSON.stringify(findings)).not.toContain(PASSWORD);
});

test("a wrong setting ends the examination with its sentence", async () => {
  expect((await found({ PORT: "many" }))("settings")).toMatchObject({
    state: "fail",
    found: "Wrong setting: PORT must be a whole number from 0 to 65535.",
  });
});
