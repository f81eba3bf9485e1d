import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../db/database.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { parley } from "./parley.ts";

const root = join(import.meta.dirname, "../..");
let place: Awaited<ReturnType<typeof migratedDatabase>>;

beforeEach(async () => {
  place = await migratedDatabase();
  process.env.DATA_DIR = place.DATA_DIR;
  delete process.env.DATABASE_URL;
  if (place.DATABASE_URL !== undefined) process.env.DATABASE_URL = place.DATABASE_URL;
  process.env.LOG_LEVEL = "silent";
  delete process.env.PARLEY_API_KEY;
});
afterEach(() => rmSync(place.DATA_DIR, { recursive: true, force: true }));

const FAULTS: readonly (readonly [string, () => Promise<() => Promise<void>>])[] = [
  [
    "the key's file cannot be read",
    async () => {
      // A folder is readable as a file for nobody, not even for root.
      const file = join(place.DATA_DIR, "api-key");
      mkdirSync(file, { recursive: true });
      return async () => rmSync(file, { recursive: true });
    },
  ],
  ["the owner cannot be made", () => withoutTable("Account")],
  ["left turns cannot be taken over", () => withoutTable("Run")],
];

test.each(FAULTS)(
  "C22: a server that did not open because %s leaves nothing, and the next try opens",
  async (_, make) => {
    const mend = await make();
    await expect(parley()).rejects.toThrow();
    expect(existsSync(join(place.DATA_DIR, "lock"))).toBe(false);
    expect(await connections()).toBe(0);
    await mend();

    const running = await parley();
    expect((await running.ports.database.migrations()).pending).toEqual([]);
    await running.close(0);
    expect(existsSync(join(place.DATA_DIR, "lock"))).toBe(false);
  },
);

/** Takes a table out of the way; the result brings it back. */
async function withoutTable(name: string): Promise<() => Promise<void>> {
  await sql(`alter table "${name}" rename to "away"`);
  return () => sql(`alter table "away" rename to "${name}"`);
}

async function sql(text: string): Promise<void> {
  const database = await openDatabase({ url: place.DATABASE_URL, dataDir: place.DATA_DIR, root });
  await database.pool.query(text);
  await database.close();
}

/** Connections that are open to the test's database on a server; the embedded database has them all in this process. */
async function connections(): Promise<number> {
  if (place.DATABASE_URL === undefined) return 0;
  const client = new pg.Client(place.DATABASE_URL);
  await client.connect();
  const others = "select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> $1";
  const { rows: own } = await client.query("select pg_backend_pid() as pid");
  // A backend ends a moment after its client has gone.
  for (let tries = 0; ; tries++) {
    const { rows } = await client.query<{ n: number }>(others, [own[0].pid]);
    const n = rows[0]?.n ?? 0;
    if (n === 0 || tries === 20) {
      await client.end();
      return n;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
