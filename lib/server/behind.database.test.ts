import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase } from "../db/database.ts";
import { type Api, openApi } from "../testing/api.ts";
import { emptyDatabase } from "../testing/databases.ts";
import { parley } from "./parley.ts";

const root = process.cwd();
let api: Api;

beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  delete process.env.MIGRATE;
  await (await parley()).close(0);
  await api.close();
});

describe.skipIf(process.env.TEST_DATABASE !== "postgresql")("a server that leaves migrations to the deploy", () => {
  const CALLS: readonly (readonly [string, string, object | undefined])[] = [
    ["GET", "/api/v1/chat", undefined],
    ["GET", "/api/agents", undefined],
    ["POST", "/api/v1/compatibility/openai/v1/assistants/any/chat/completions", { messages: [] }],
    ["POST", "/v1/chat", { bot_slug: "any", prompt: "hello" }],
  ];

  test("answers 503 with the reason in each dialect while it is behind, and opens when it was migrated", async () => {
    await api.server.parley.close(0);
    const { DATABASE_URL } = await emptyDatabase();
    Object.assign(process.env, { DATABASE_URL, MIGRATE: "deploy" });
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    for (const [method, path, body] of CALLS) {
      const { status, headers, body: said } = await api.call(method, path, { body });
      expect(status, path).toBe(503);
      expect(JSON.stringify(said)).toContain(`The database is behind this version: `);
      expect(headers.get("retry-after")).toBe("5");
    }
    // One line for each, and no stack: the start has said it too.
    const behind = expect.stringMatching(/^The database is behind this version: [^\n]*\.$/u);
    expect(logged.mock.calls).toEqual(CALLS.map(() => ["A request failed because the server did not open:", behind]));
    logged.mockRestore();
    const { status, body } = await api.call("GET", "/api/health", { key: null });
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: "unavailable", reason: expect.stringContaining(`Run "npm run migrate"`) });
    // No names of what is missing, nor where the database is.
    expect(JSON.stringify(body)).not.toMatch(/_init|postgres/u);

    await (await openDatabase({ url: DATABASE_URL, dataDir: ".", root })).close();
    expect((await api.call("GET", "/api/v1/chat")).status).toBe(200);
    expect((await api.call("GET", "/api/health", { key: null })).status).toBe(200);
  });
});

test("a schema that is newer than the code is healthy, and its owner is told", async () => {
  await api.server.parley.ports.database.pool.query(
    `insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', '', '29990101000000_later', now())`,
  );
  const { status, body } = await api.call("GET", "/api/health");
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: "ok", migrations: { pending: [], newer: ["29990101000000_later"] } });
});
