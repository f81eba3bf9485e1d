import pg from "pg";
import { expect, test } from "vitest";
import { migratedDatabase } from "../testing/databases.ts";
import { openDatabase } from "./database.ts";

const AT_ONCE = 40;

test.skipIf(process.env.TEST_DATABASE !== "postgresql")(
  "a host that freezes the process is told until when connections are open, and there are few",
  { timeout: 60_000 },
  async () => {
    const { DATABASE_URL } = await migratedDatabase();
    const told: Promise<void>[] = [];
    const keepAwake = (work: Promise<void>) => void told.push(work);
    const database = await openDatabase({ url: DATABASE_URL, dataDir: ".", root: process.cwd(), keepAwake });
    const outside = new pg.Client(DATABASE_URL);
    await outside.connect();
    const open = async () => {
      const { rows } = await outside.query<{ n: number }>(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      return rows[0]?.n ?? 0;
    };

    // The request that opened a connection may be over when another one uses it.
    await database.pool.query("select 1");
    const before = told.length;
    await database.pool.query("select 1");
    expect(told.length).toBe(before + 1);

    for (let n = 0; n < 2; n++) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => database.pool.query("select pg_sleep(0.01)")));
      expect(await open()).toBeLessThanOrEqual(3);
      const count = told.length;
      await told.at(-1);
      // A backend ends a moment after its client has gone.
      await expect.poll(open).toBe(0);
      expect(count).toBe(told.length);
    }
    await outside.end();
    await database.close();
    await Promise.all(told);
  },
);
