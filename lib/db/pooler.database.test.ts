import pg, { DatabaseError, type Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { emptyDatabase } from "../testing/databases.ts";
import { type Pgbouncer, startPgbouncer } from "../testing/pgbouncer.ts";
import { type Database, openDatabase } from "./database.ts";
import { shippedMigrations } from "./migrate.ts";
import { inPrismaTransaction } from "./prisma.ts";
import { inTransaction } from "./sql.ts";

const root = process.cwd();
const AT_ONCE = 20;
const STATEMENT_MS = 700;

describe.skipIf(process.env.TEST_DATABASE !== "postgresql")("behind PgBouncer in transaction mode", () => {
  let pgbouncer: Pgbouncer;
  /** A connection of its own to the test server, with no pooler in between. */
  let direct: Pool;

  beforeAll(async () => {
    const server = process.env.TEST_POSTGRES_URL ?? "";
    pgbouncer = await startPgbouncer(server);
    direct = new pg.Pool({ connectionString: `${server}/postgres`, max: 1 });
  });
  afterAll(async () => {
    await direct.end();
    await pgbouncer.stop();
  });

  const emptyUrl = async () => pgbouncer.urlOf((await emptyDatabase()).DATABASE_URL ?? "");
  /** Advisory locks in a database, whoever holds them: other tests migrate theirs on the same server. */
  const locks = async (name: string) => {
    const held = `select count(*)::int as n from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = $1)`;
    return (await direct.query<{ n: number }>(held, [name])).rows[0]?.n;
  };

  test("two instances that start at once migrate once, and no lock is left", async () => {
    const url = await emptyUrl();
    const name = new URL(url).pathname.slice(1);
    const opened = await Promise.all([1, 2].map(() => openDatabase({ url, dataDir: ".", root })));
    const [first] = opened;
    const applied = await first?.pool.query("select count(*)::int as n from _prisma_migrations");
    expect(applied?.rows).toEqual([{ n: (await shippedMigrations(root)).length }]);
    expect(await locks(name)).toBe(0);
    await Promise.all(opened.map((database) => database.close()));
    expect(await locks(name)).toBe(0);
  });

  describe("limits", () => {
    let database: Database;
    /** Another client of the same pooler, which has set no limits. */
    let other: Pool;
    beforeAll(async () => {
      const url = await emptyUrl();
      database = await openDatabase({ url, dataDir: ".", root, statementMs: STATEMENT_MS });
      other = new pg.Pool({ connectionString: url, max: 4 });
    });
    afterAll(async () => {
      await database.close();
      await other.end();
    });
    const shown = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`;
    const LIMITED = { statement: `${STATEMENT_MS}ms`, lock: "10s" };

    test("hold for statements alone and in transactions, of both ways to the database", async () => {
      const alone = await Promise.all(Array.from({ length: AT_ONCE }, () => database.pool.query(shown)));
      for (const { rows } of alone) expect(rows).toEqual([LIMITED]);
      const together = await inTransaction(database, ({ pool }) => pool.query(shown));
      expect(together.rows).toEqual([LIMITED]);
      const prisma = await inPrismaTransaction(database, (transaction) => transaction.$queryRawUnsafe(shown));
      expect(prisma).toEqual([LIMITED]);
    });

    test("end a statement that takes too long, and the connection is good for more", async () => {
      const slow = database.pool.query("select pg_sleep(30)");
      await expect(slow).rejects.toThrow("canceling statement due to statement timeout");
      expect((await database.pool.query("select 1 as n")).rows).toEqual([{ n: 1 }]);
    });

    test("are found by no other client of the pooler", async () => {
      const found = await Promise.all(Array.from({ length: AT_ONCE }, () => other.query(shown)));
      for (const { rows } of found) expect(rows).toEqual([{ statement: "0", lock: "0" }]);
    });

    test("a statement that fails says what the server says, and takes back what it did", async () => {
      await database.pool.query("create table once (n int unique deferrable initially deferred)");
      const twice = database.pool.query("insert into once values (1), (1)");
      // It is the commit that finds it.
      await expect(twice).rejects.toBeInstanceOf(DatabaseError);
      expect((await database.pool.query("select * from once")).rows).toEqual([]);
    });
  });

  test("500 requests of all kinds are answered, and no server connection keeps a statement's name", async () => {
    const url = await emptyUrl();
    const api: Api = await openApi({ DATABASE_URL: url });
    try {
      const session: string = (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id;
      const asks: readonly (() => Promise<{ readonly status: number }>)[] = [
        () => api.call("GET", "/api/v1/chat"),
        () => api.call("GET", `/api/v1/chat/${session}`),
        () => api.call("POST", "/api/v1/chat", { body: {} }),
        () => api.call("GET", "/api/agents"),
        () => api.call("GET", "/api/health"),
      ];
      const statuses: number[] = [];
      const numbers = Array.from({ length: 500 }, (_, n) => n).values();
      const ask = async () => {
        for (const n of numbers) {
          const call = asks[n % asks.length];
          if (call) statuses.push((await call()).status);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, ask));
      expect(statuses.length).toBe(500);
      expect(statuses.filter((status) => status >= 300)).toEqual([]);
      const own = new pg.Pool({ connectionString: url, max: 4 });
      const named = await Promise.all(
        Array.from({ length: 8 }, () => own.query("select name from pg_prepared_statements where name <> ''")),
      );
      await own.end();
      expect(named.flatMap(({ rows }) => rows)).toEqual([]);
    } finally {
      await api.close();
    }
  });
});
