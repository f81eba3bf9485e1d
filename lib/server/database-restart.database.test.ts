import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inTransaction } from "../db/sql.ts";
import { type Api, openApi } from "../testing/api.ts";
import { noteDatabaseThreads } from "../testing/database-threads.ts";

const TEXT = "one two three four five six seven eight nine ten. ".repeat(12);
const isEmbedded = process.env.TEST_DATABASE === "pglite";
const threads = noteDatabaseThreads();
let api: Api;

beforeAll(async () => {
  api = await openApi({}, { isOwn: true });
  api.model.onMessage(/slow/s, { content: TEXT }, { latency: 30 });
});
afterAll(() => api.close());

const health = () => api.call("GET", "/api/health", { key: null });
const healthOfOwner = () => api.call("GET", "/api/health");

/** Ends the database's thread, or all connections of the server's database. */
async function cut(): Promise<void> {
  if (isEmbedded) return void (await threads.newest().terminate());
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await client.end();
}

test("C20: a turn during which the database is away ends well, and is stored once", { timeout: 60_000 }, async () => {
  const session = (await api.call("POST", "/api/v1/chat", { body: {} })).body.session_id;
  const stream = await api.send("POST", `/api/v1/chat/${session}/messages/stream`, {
    body: { index_ids: [], prompt: "slow" },
  });
  const reader = stream.body?.getReader();
  await reader?.read();
  await cut();
  if (isEmbedded) {
    const { status, body } = await healthOfOwner();
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: "down", reason: expect.stringContaining("has stopped") });
    // S24: a stranger is told nothing of the reason.
    expect(await health()).toMatchObject({ status: 503, body: { status: "unavailable" } });
  }
  const cutAt = performance.now();
  await vi.waitUntil(async () => (await health()).status === 200, { timeout: 15_000 });
  expect(performance.now() - cutAt).toBeLessThan(isEmbedded ? 10_000 : 15_000);

  let text = "";
  const decoder = new TextDecoder();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    text += decoder.decode(read.value);
  expect(text).toContain('"stop"');
  const { rows: stored } = await api.server.parley.ports.database.pool.query(
    `select role, parts->0->>'text' as text from "Message" where "sessionId" = $1 order by position`,
    [session],
  );
  expect(stored).toEqual([
    { role: "user", text: "slow" },
    { role: "assistant", text: TEXT },
  ]);
});

test("C20: a connection that is cut between the statements of a transaction ends that alone", async () => {
  const { database } = api.server.parley.ports;
  const cutting = inTransaction(database, async (connection) => {
    await connection.pool.query("select 1");
    await cut();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return connection.pool.query("select 1");
  });
  await expect(cutting).rejects.toThrow();
  await vi.waitUntil(async () => (await health()).status === 200, { timeout: 15_000 });
});

test.skipIf(isEmbedded)("C20: statements, locks and idle transactions of a server have an end", async () => {
  const { database } = api.server.parley.ports;
  for (const [name, value] of [
    ["statement_timeout", "30s"],
    ["lock_timeout", "10s"],
    ["idle_in_transaction_session_timeout", "30s"],
  ]) {
    const { rows: shown } = await database.pool.query(`show ${name}`);
    expect(shown).toEqual([{ [String(name)]: value }]);
  }
});
