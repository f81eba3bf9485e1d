import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeBody } from "../dialects/tool-wire.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { insertGuest } from "./accounts.ts";
import { ensureDefaultAgent, findAgents } from "./agents.ts";
import { type Database, openDatabase } from "./database.ts";
import { violated } from "./violated.ts";

const root = join(import.meta.dirname, "../..");
let database: Database;
let agent: { readonly accountId: string; readonly agentId: string };

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
  const { id: accountId } = await insertGuest(database, newId());
  const { agentId } = await ensureDefaultAgent(database, accountId, { id: newId(), systemTemplate: "" });
  agent = { accountId, agentId };
});
afterAll(() => database.close());

const insert = (type: string, spec: unknown, isOpen = false) =>
  database.pool.query(
    `insert into "Tool" (id, "agentId", name, type, spec, position, "openToStrangers")
     values ($1, $2, $3, $4, $5::json, (select count(*) from "Tool"), $6)`,
    [newId(), agent.agentId, `t${newId()}`, type, spec === null ? null : JSON.stringify(spec), isOpen],
  );

/** Tools as they were stored: in Julep's spelling. */
const OLD: readonly (readonly [string, unknown])[] = [
  ["function", null],
  ["function", { name: null, description: null, parameters: { type: "object", z: 1, a: 2 } }],
  ["integration", { provider: "dummy", method: null, setup: null, arguments: { a: 1 } }],
  [
    "system",
    {
      resource: "user",
      operation: "create_or_update",
      resource_id: newId(),
      subresource: null,
      arguments: { name: "Bo" },
    },
  ],
  ["system", { resource: "agent", operation: "search", resource_id: null, subresource: "doc", arguments: null }],
  [
    "api_call",
    {
      method: "POST",
      url: "https://site.test/",
      schema: null,
      headers: { "X-Key": "k" },
      content: null,
      data: { z: 1, a: [2] },
      files: null,
      json: null,
      cookies: null,
      params: "a=1",
      follow_redirects: true,
      timeout: 5,
      params_schema: { type: "object" },
      secrets: { s: "1" },
      include_response_content: false,
    },
  ],
  [
    "computer_20241022",
    {
      type: "computer_20241022",
      name: "computer",
      display_width_px: 800,
      display_height_px: 600,
      display_number: 2,
    },
  ],
  ["text_editor_20241022", { type: "text_editor_20241022", name: "str_replace_editor" }],
  ["bash_20241022", { type: "bash_20241022", name: "bash" }],
];

test("C11: tools that were stored in Julep's spelling come into our words, and say the same on the wire", async () => {
  for (const [type, spec] of OLD) await insert(type, spec);
  const folder = readdirSync(join(root, "prisma/migrations")).find((name) => name.endsWith("_open_tools")) ?? "";
  const migration = readFileSync(join(root, "prisma/migrations", folder, "migration.sql"), "utf8");
  await database.pool.query(migration.slice(migration.indexOf('UPDATE "Tool"')));
  const [found] = await findAgents(database, agent.accountId, [agent.agentId]);
  expect(found?.tools.map(({ type }) => type)).toEqual([
    "function",
    "function",
    "integration",
    "system",
    "system",
    "api-call",
    "computer",
    "text-editor",
    "shell",
  ]);
  const wire = found?.tools.map((tool) => encodeBody(tool));
  expect(JSON.stringify(wire?.map(({ type, spec }) => [type, spec]))).toBe(JSON.stringify(OLD));
});

test("C11: the database holds no system tool that is open to strangers", async () => {
  const spec = { resource: "user", subresource: null, operation: "list", resourceId: null, arguments: null };
  const refused = await insert("system", spec, true).catch((thrown: unknown) => thrown);
  expect(violated(refused)).toBe("Tool_openToStrangers_check");
  await insert("integration", { provider: "dummy", method: null, setup: null, arguments: null }, true);
});
