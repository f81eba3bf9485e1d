import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../testing/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  server.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(() => server.close());

type Sent = { readonly key?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

async function call(method: string, path: string, { key, body, headers }: Sent = {}) {
  const response = await server.fetch(`${ORIGIN}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** A call of the owner's browser. */
const browse = async (method: string, path: string, body?: unknown) =>
  call(method, path, { headers: { "sec-fetch-site": "same-origin", cookie: await server.signIn() }, body });

async function make(limits: object = {}): Promise<{ id: string; key: string }> {
  const { status, body } = await browse("POST", "/api/app/keys", { name: "for a test", ...limits });
  expect(status).toBe(201);
  return body;
}

test("a key's text is told once, and the list has the rest of it", async () => {
  const { status, body } = await browse("POST", "/api/app/keys", {
    name: " my phone ",
    scopes: ["julep", "read-only", "julep"],
    expires_in_days: 30,
  });
  const { key, ...shown } = body;
  expect([status, key]).toEqual([201, expect.stringMatching(/^pk_\w{40}$/)]);
  expect(shown).toEqual({
    id: expect.any(String),
    name: "my phone",
    hint: expect.stringMatching(/^pk_.{3}…..$/),
    scopes: ["julep", "read-only"],
    agent_id: null,
    expires_at: expect.any(String),
    last_used_at: null,
    created_at: expect.any(String),
  });
  const days = (Date.parse(shown.expires_at) - Date.now()) / 86_400_000;
  expect([days > 29.9, days <= 30]).toEqual([true, true]);
  const list = await browse("GET", "/api/app/keys");
  expect(list.body.items).toContainEqual(shown);
  expect(JSON.stringify(list.body)).not.toContain(key);
  expect((await call("GET", "/api/agents", { key })).status).toBe(200);
  await expect
    .poll(async () => {
      const { items } = (await browse("GET", "/api/app/keys")).body;
      return items.find((one: { id: string }) => one.id === shown.id).last_used_at;
    })
    .not.toBeNull();
});

test("a key that only reads changes nothing, but may render and search", async () => {
  const { key } = await make({ scopes: ["read-only"] });
  const agent = (await call("POST", "/api/agents", { key: OWNER_KEY, body: { name: "Ada" } })).body.id;
  const session = (await call("POST", "/api/sessions", { key: OWNER_KEY, body: { agent } })).body.id;
  const ask = { messages: [{ role: "user", content: "hi" }] };
  expect((await call("GET", `/api/sessions/${session}`, { key })).status).toBe(200);
  expect((await call("POST", `/api/sessions/${session}/render`, { key, body: ask })).status).toBe(200);
  expect((await call("POST", `/api/agents/${agent}/search`, { key, body: { text: "x" } })).status).toBe(200);
  for (const [method, path, body] of [
    ["POST", `/api/sessions/${session}/chat`, ask],
    ["POST", "/api/agents", { name: "Bob" }],
    ["PATCH", `/api/agents/${agent}`, { name: "Bob" }],
    ["DELETE", `/api/sessions/${session}`, undefined],
    ["POST", "/api/v1/chat", {}],
  ] as const) {
    const refused = await call(method, path, { key, body });
    expect([path, refused.status, JSON.stringify(refused.body)]).toEqual([
      path,
      403,
      expect.stringContaining("This API key only reads"),
    ]);
  }
});

test("a key for one dialect reaches no other, in each dialect's own shape", async () => {
  const { key } = await make({ scopes: ["julep"] });
  expect((await call("GET", "/api/agents", { key })).status).toBe(200);
  const other = await call("GET", "/api/v1/chat", { key });
  expect([other.status, other.body]).toEqual([403, { detail: "This API key does not reach this API, only: julep" }]);
  expect((await call("GET", "/api/app/keys", { key })).status).toBe(403);
  const { key: llama } = await make({ scopes: ["llamacloud"] });
  expect((await call("GET", "/api/v1/chat", { key: llama })).status).toBe(200);
  const refused = await call("GET", "/api/agents", { key: llama });
  expect([refused.status, refused.body.error.code]).toEqual([403, "http_403"]);
});

test("a key for one agent reaches neither sessions nor other agents", async () => {
  const agent = (await call("POST", "/api/agents", { key: OWNER_KEY, body: { name: "Ada" } })).body.id;
  const { key } = await make({ agent_id: agent });
  for (const path of ["/api/agents", `/api/agents/${agent}`, "/api/sessions", "/api/v1/chat", "/api/app/keys"]) {
    expect([path, (await call("GET", path, { key })).status]).toEqual([path, 403]);
  }
  const unknown = await browse("POST", "/api/app/keys", { name: "x", agent_id: newId() });
  expect(unknown.status).toBe(404);
});

test("S11: keys neither make, list nor revoke keys, and change nothing of how somebody signs in", async () => {
  const { id } = await make();
  const agent = (await call("POST", "/api/agents", { key: OWNER_KEY, body: { name: "Ada" } })).body.id;
  const keys = [OWNER_KEY, (await make({ scopes: ["julep"] })).key, (await make({ agent_id: agent })).key];
  const body = { name: "more", password: "seven ferries at dawn", email: "x@example.org" };
  const spellings = (key: string): Readonly<Record<string, string>>[] => [
    { authorization: `Bearer ${key}` },
    { authorization: key },
    { "x-api-key": key },
    { "x-auth-key": key },
    { "x-api-key": key, "sec-fetch-site": "same-origin" },
  ];
  const cookie = await server.signIn();
  for (const headers of keys.flatMap(spellings)) {
    for (const [method, path] of [
      ["GET", "/api/app/keys"],
      ["POST", "/api/app/keys"],
      ["POST", "/api/app/keys/"],
      ["DELETE", `/api/app/keys/${id}`],
      ["POST", "/api/app/account/password"],
      ["POST", "/api/app/account/sign-out"],
      ["GET", "/api/app/account/sign-ins"],
      ["DELETE", `/api/app/account/sign-ins/${newId()}`],
      ["DELETE", `/api/app/account/identities/${newId()}`],
    ] as const) {
      // A cookie beside the key changes nothing.
      const sent = [headers, { ...headers, "sec-fetch-site": "same-origin", cookie }];
      for (const one of sent) {
        expect([
          path,
          (await call(method, path, { headers: one, body: method === "GET" ? undefined : body })).status,
        ]).toEqual([path, 403]);
      }
    }
  }
  expect((await browse("GET", "/api/app/keys")).body.items.map((key: { id: string }) => key.id)).toContain(id);
});

const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";

test("S12: a key of one agent chats and reads; what changes the agent takes the scope edit", async () => {
  const agent = (await call("POST", "/api/agents", { key: OWNER_KEY, body: { name: "Ada" } })).body.id;
  const reader = (await make({ agent_id: agent })).key;
  const editor = (await make({ agent_id: agent, scopes: ["edit"] })).key;
  const both = (await make({ agent_id: agent, scopes: ["edit", "read-only"] })).key;
  const chat = { messages: [{ role: "user", content: "hi" }], stream: false };
  const bot = { bot_uid: agent, messages: chat.messages, stream: false };
  for (const key of [reader, editor]) {
    expect((await call("GET", `/v1/bots/${agent}`, { key })).status).toBe(200);
    expect((await call("GET", `${ASSISTANTS}/${agent}`, { key })).status).toBe(200);
    expect((await call("POST", "/v1/chat", { key, body: bot })).status).toBe(200);
    expect((await call("POST", `${ASSISTANTS}/${agent}/chat/completions`, { key, body: chat })).status).toBe(200);
  }
  const changes = [
    ["PATCH", `/v1/bots/${agent}`, { instructions: "changed" }],
    ["PATCH", `/v1/bots/${agent}`, { is_public: true }],
    ["PATCH", `${ASSISTANTS}/${agent}`, { name: "changed" }],
    ["PUT", `${ASSISTANTS}/${agent}`, { name: "changed" }],
    ["POST", `${ASSISTANTS}/${agent}`, { name: "changed" }],
    ["DELETE", `${ASSISTANTS}/${agent}`, undefined],
    ["DELETE", `/v1/bots/${agent}`, undefined],
  ] as const;
  const before = (await call("GET", `/api/agents/${agent}`, { key: OWNER_KEY })).body;
  for (const [method, path, body] of changes) {
    for (const key of [reader, both]) {
      const { status } = await call(method, path, { key, body });
      expect([method, path, status === 403 || status === 405]).toEqual([method, path, true]);
    }
  }
  expect((await call("GET", `/api/agents/${agent}`, { key: OWNER_KEY })).body).toEqual(before);
  const edited = await call("PATCH", `/v1/bots/${agent}`, { key: editor, body: { instructions: "changed" } });
  expect([edited.status, edited.body.instructions]).toEqual([200, "changed"]);
  const other = (await call("POST", "/api/agents", { key: OWNER_KEY, body: { name: "Bob" } })).body.id;
  expect((await call("PATCH", `/v1/bots/${other}`, { key: editor, body: { instructions: "changed" } })).status).toBe(
    404,
  );
  expect((await call("DELETE", `/v1/bots/${agent}`, { key: editor })).status).toBe(204);
});

test("a key that is revoked or has expired is no key, at once", async () => {
  const revoked = await make();
  expect((await call("GET", "/api/agents", revoked)).status).toBe(200);
  expect((await browse("DELETE", `/api/app/keys/${revoked.id}`)).status).toBe(204);
  expect((await call("GET", "/api/agents", revoked)).status).toBe(403);
  expect((await call("GET", "/api/v1/chat", revoked)).status).toBe(401);
  expect((await browse("DELETE", `/api/app/keys/${revoked.id}`)).status).toBe(404);

  const expired = await make({ expires_in_days: 1 });
  const { pool } = server.parley.ports.database;
  await pool.query(`update "ApiKey" set "expiresAt" = now() - interval '1 second' where id = $1`, [expired.id]);
  expect((await call("GET", "/api/agents", expired)).status).toBe(403);
});

test("a guest has no keys, and another account's key cannot be revoked", async () => {
  const own = { "sec-fetch-site": "same-origin" };
  const guest = await call("POST", "/api/v1/chat", { headers: own, body: {} });
  const cookie = guest.headers.get("set-cookie")?.split(";")[0] ?? "";
  const refused = await call("POST", "/api/app/keys", { headers: { ...own, cookie }, body: { name: "x" } });
  expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining("Make an account first")]);
  const { id } = await make();
  const headers = { ...own, cookie: await server.signIn((await server.makeAccount()).id) };
  expect((await call("DELETE", `/api/app/keys/${id}`, { headers })).status).toBe(404);
  expect((await call("DELETE", "/api/app/keys/none", { headers })).status).toBe(404);
});

test.each([
  ["name", { name: " " }],
  ["name", {}],
  ["scopes", { name: "x", scopes: ["everything"] }],
  ["agent_id", { name: "x", agent_id: "x" }],
  ["expires_in_days", { name: "x", expires_in_days: 0 }],
  ["expires_in_days", { name: "x", expires_in_days: 3651 }],
])("a wrong %s is refused by its name", async (field, body) => {
  const refused = await browse("POST", "/api/app/keys", body);
  expect(refused.status).toBe(422);
  expect(refused.body.detail[0].loc).toContain(field);
});

test("a revoked key does not work for longer where the clock of the server was set back", async () => {
  const { key } = await make();
  const ask = async () => (await call("GET", "/api/v1/chat", { key })).status;
  expect(await ask()).toBe(200);
  const { callers, ports } = server.parley;
  // What was remembered an hour later by the clock of before.
  for (const [name, known] of callers) callers.set(name, { ...known, until: known.until + 3_600_000 });
  await ports.database.pool.query(`delete from "ApiKey" where name = 'for a test'`);
  expect(await ask()).toBe(401);
});
