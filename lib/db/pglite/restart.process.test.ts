import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { noteDatabaseThreads } from "../../testing/database-threads.ts";
import { type Database, openDatabase } from "../database.ts";
import { statement } from "../sql/statement.ts";

const root = join(import.meta.dirname, "../../..");
const STATEMENT_MS = 1500;
const ENDLESS = "select count(*) from generate_series(1, 100000000000)";
const threads = noteDatabaseThreads();
let dataDir = "";
let database: Database;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-restart-"));
  database = await openDatabase({ dataDir, root, statementMs: STATEMENT_MS });
  await database.pool.query("create table kept (n int)");
}, 60_000);
afterEach(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true });
});

const insertRow = statement({ name: "keep", text: "insert into kept values ($1)", parameters: { n: "int4" } });
const listRows = statement({
  name: "kept",
  text: "select n from kept order by n",
  parameters: {},
  row: z.object({ n: z.number() }),
});
const insert = (n: number) => insertRow(database, { n });
const kept = async () => (await listRows(database, {})).map(({ n }) => n);

const ENDS: readonly (readonly [string, (worker: Worker) => unknown])[] = [
  ["is terminated", (worker) => worker.terminate()],
  // It is told to serve a port that is none.
  ["throws", (worker) => worker.postMessage({ connect: null })],
];

test.each(ENDS)(
  "C20: a thread that %s is replaced, and nothing that was written is lost",
  { timeout: 60_000 },
  async (_, end) => {
    await insert(1);
    // More than there are connections.
    const waiting = Array.from({ length: 20 }, () => database.pool.query("select pg_sleep(0.1)").then(String, String));
    end(threads.newest());
    await vi.waitUntil(() => database.fault() !== null, { timeout: 5000, interval: 5 });
    expect(database.fault()).toMatch(/^The embedded database has stopped \(.+\) and is started again$/u);
    // Prepared again, under the name that the old thread knew.
    await insert(2);
    expect(await kept()).toEqual([1, 2]);
    expect(database.fault()).toBeNull();
    await Promise.all(waiting);
  },
);

test("C20: what runs when the thread ends fails at once, also in a transaction, and says why", {
  timeout: 60_000,
}, async () => {
  const client = await database.pool.connect();
  await client.query("begin");
  const gone = new Promise((resolve) => client.once("error", resolve));
  await threads.newest().terminate();
  expect(String(await gone)).toContain("The embedded database has stopped");
  await expect(client.query("select 1")).rejects.toThrow();
  client.release();
  expect(await kept()).toEqual([]);
});

test("C20: a statement that never ends is ended with its thread, and others go on", { timeout: 60_000 }, async () => {
  const count = threads.count();
  const endless = database.pool.query(ENDLESS);
  const other = insert(1).catch(() => insert(1));
  await expect(endless).rejects.toThrow("a statement took longer than 1.5 s");
  await other;
  expect(await kept()).toEqual([1]);
  expect(threads.count()).toBe(count + 1);
});

test.each([
  { name: "is gone", lose: "rmSync(folder, { recursive: true })", said: "is gone" },
  {
    name: "is damaged",
    lose: 'truncateSync(folder + "/global/pg_control", 0)',
    said: "cannot be opened",
  },
])("C20: a database that $name ends the process, and says so", { timeout: 60_000 }, async ({ lose, said: why }) => {
  const folder = mkdtempSync(join(tmpdir(), "parley-restart-"));
  const file = (path: string) => JSON.stringify(join(root, path));
  const script = `import { rmSync, truncateSync } from "node:fs";
    import { openDatabase } from ${file("lib/db/database.ts")};
    import { noteDatabaseThreads } from ${file("lib/testing/database-threads.ts")};
    const threads = noteDatabaseThreads();
    const { pool } = await openDatabase({ dataDir: process.argv[1], root: process.cwd() });
    const folder = process.argv[1] + "/pgdata";
    ${lose};
    setInterval(() => {}, 1000);
    await threads.newest().terminate();`;
  const child = spawn(process.execPath, ["-e", script, folder], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(1);
  expect(said).toContain("Parley ends, as its database is lost. The database in");
  expect(said).toContain(why);
  // Nobody is given an empty one in its place.
  expect(existsSync(join(folder, "pgdata/PG_VERSION"))).toBe(why !== "is gone");
  rmSync(folder, { recursive: true });
});
