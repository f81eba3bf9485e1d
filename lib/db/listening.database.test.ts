import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Channel } from "../domain/channel.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { freePort } from "../testing/free-port.ts";
import { startPgbouncer } from "../testing/pgbouncer.ts";
import { postgresChannel } from "./listening.ts";

// LISTEN and NOTIFY, which the embedded database has no use for.

const isServer = process.env.TEST_DATABASE === "postgresql";
let url = "";
let pool: pg.Pool;
beforeAll(async () => {
  url = (await migratedDatabase()).DATABASE_URL ?? "";
  pool = new pg.Pool({ connectionString: url });
});
afterAll(() => pool.end());

const opened: Channel[] = [];
afterAll(() => Promise.all(opened.map((channel) => channel.close())));

function open(address = url) {
  const heard: string[] = [];
  const logged: string[] = [];
  let opens = 0;
  const log = (_: object, message: string) => void logged.push(message);
  const channel = postgresChannel({ url: address, pool, log: { info: log, warn: log } })({
    onText: (text) => void heard.push(text),
    onOpen: () => void opens++,
  });
  opened.push(channel);
  return { channel, heard, logged, opens: () => opens };
}

test.runIf(isServer)("each process hears what another tells, on one connection of its own", async () => {
  const [first, second] = [open(), open()];
  await expect.poll(() => first.channel.isOpen() && second.channel.isOpen()).toBe(true);
  await first.channel.send("some topics");
  await expect.poll(() => [first.heard, second.heard]).toEqual([["some topics"], ["some topics"]]);
  expect(await listeners()).toBe(2);
});

test.runIf(isServer)("a connection that is lost is opened again, and its owner told; it is logged once", async () => {
  const one = open();
  await expect.poll(() => one.channel.isOpen()).toBe(true);
  for (const time of [2, 3]) {
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley signals'
      and datname = current_database()`);
    await expect.poll(one.opens).toBe(time);
  }
  await one.channel.send("again");
  await expect.poll(() => one.heard).toEqual(["again"]);
  expect(one.logged).toHaveLength(4);
});

test.runIf(isServer)(
  "what cannot be reached is not open, is logged once, and tells by the pool all the same",
  async () => {
    const hears = open();
    await expect.poll(() => hears.channel.isOpen()).toBe(true);
    const deaf = open(`postgresql://127.0.0.1:${await freePort()}/none`);
    await expect.poll(() => deaf.logged.length).toBe(1);
    await deaf.channel.send("from one who is deaf");
    await expect.poll(() => hears.heard).toEqual(["from one who is deaf"]);
    expect([deaf.channel.isOpen(), deaf.opens()]).toEqual([false, 0]);
  },
);

test.runIf(isServer)(
  "behind a pooler that keeps what a LISTEN hears it is not open, and the log says what to set",
  async () => {
    const pgbouncer = await startPgbouncer(new URL("/", url).href.slice(0, -1));
    const one = open(pgbouncer.urlOf(url));
    await expect.poll(() => one.logged).toEqual([expect.stringContaining("not heard")]);
    expect(one.channel.isOpen()).toBe(false);
    await one.channel.close();
    await pgbouncer.stop();
  },
);

const listeners = async (): Promise<number> => {
  const { rows } = await pool.query(`select count(*)::int as count from pg_stat_activity
    where application_name = 'parley signals' and datname = current_database()`);
  return rows[0].count;
};
