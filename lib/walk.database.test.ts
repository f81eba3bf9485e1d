import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { insertIdentity } from "./db/identities.ts";
import { insertProvider } from "./db/model-providers.ts";
import { DIALECTS, surfaceAt } from "./dialects/index.ts";
import { llamacloudReference } from "./dialects/llamacloud/reference.ts";
import { web } from "./dialects/web/index.ts";
import { newId } from "./domain/ids.ts";
import { OPEN_ROUTES, ORIGIN, OWNER_KEY, openTestServer, routeTable, type TestServer } from "./testing/server.ts";

// Walks every route file of the app, so that a new route cannot be forgotten.

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** What every body needs to get past its schema: unknown fields are ignored everywhere. */
const ANY_BODY = {
  index_ids: [],
  prompt: "x",
  stream: false,
  bot_slug: "nobody",
  first_message: "x",
  messages: [{ role: "user", content: "x" }],
  name: "x",
  text: "x",
  title: "x",
  question: "x",
  branch_id: "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b11",
  content: "x",
  index_id: "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b12",
  file_id: "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b13",
  query: "x",
  pattern: "x",
  type: "function",
  function: { parameters: {} },
};

type Headers = Readonly<Record<string, string>>;

let server: TestServer;
let other: { id: string; key: string };
/** Keys of the owner that may less than all. */
let narrow: { readonly dialects: ReadonlyMap<string, string>; readonly reader: string };
/** Keys of the owner that no longer count. */
let dead: { readonly expired: string; readonly revoked: string };
/** The owner's things, by the name of the path parameter that takes their id. */
let owned: Record<string, string>;

beforeAll(async () => {
  server = await openTestServer();
  server.model.onMessage(/./, { content: "a secret answer" });
  other = await server.makeAccount();
  owned = await makeOwned();
  dead = { expired: await makeKey({ name: "expired" }), revoked: await makeKey({ name: "revoked" }) };
  const dialects = new Map<string, string>();
  for (const { name } of DIALECTS) dialects.set(name, await makeKey({ name, scopes: [name] }));
  narrow = {
    dialects,
    reader: await makeKey({ name: "reader", scopes: ["read-only"] }),
  };
  await server.parley.ports.database.pool.query(
    `update "ApiKey" set "expiresAt" = case when name = 'expired' then now() end,
       "revokedAt" = case when name = 'revoked' then now() end where name in ('expired', 'revoked')`,
  );
});
afterAll(() => server.close());

const routes = routeTable().filter((route) => !OPEN_ROUTES.includes(route.path));
const withIds = routes.filter((route) => route.path.includes("[") && !route.path.includes("[..."));

describe("without credentials, or with wrong ones", () => {
  test.each(routes.map((route) => route.path))("%s answers 401 or 403 to every method it offers", async (path) => {
    for (const method of METHODS) {
      const credentials: Headers[] = [
        {},
        { authorization: "Bearer wrong key" },
        { authorization: "Bearer " },
        { authorization: `Bearer ${dead.expired}` },
        { "x-api-key": dead.revoked },
      ];
      for (const headers of credentials) {
        const response = await call(method, filled(path, owned), { headers, body: ANY_BODY });
        expect([path, method, response.status]).toEqual([
          path,
          method,
          expect.toSatisfy((status) => [401, 403, 404, 405].includes(status)),
        ]);
        expect(await response.text()).not.toContain("secret");
        if (response.status === 404) expect([path, servesNothing(path)]).toEqual([path, true]);
        // There is no such method here, whoever asks.
        if (response.status === 405) break;
      }
    }
  });

  test.each(routes.map((route) => route.path))(
    "%s answers 403 to a key of other dialects, in its shape",
    async (path) => {
      const { name, error: shape } = surfaceOf(path);
      const key = [...narrow.dialects].find(([dialect]) => dialect !== name)?.[1];
      for (const method of METHODS) {
        const headers = { authorization: `Bearer ${key}` };
        const response = await call(method, filled(path, owned), { headers, body: ANY_BODY });
        if (response.status === 404) expect([path, servesNothing(path)]).toEqual([path, true]);
        else expect([path, method, response.status]).toEqual([path, method, response.status === 405 ? 405 : 403]);
        const error = await response.json();
        expect([error, shape.safeParse(error).success]).toEqual([error, true]);
        expect(JSON.stringify(error)).not.toContain("secret");
      }
    },
  );

  test.each(routes.map((route) => route.path))("%s changes nothing for a key that only reads", async (path) => {
    const before = await counts();
    for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
      const headers = { authorization: `Bearer ${narrow.reader}` };
      const { status } = await call(method, filled(path, owned), { headers, body: ANY_BODY });
      const isReading = /\/(?:render|search|embed|ask|retrieve|find|grep|read)$/u.test(path) && method === "POST";
      if (!isReading) expect([path, method, [403, 404, 405].includes(status)]).toEqual([path, method, true]);
    }
    expect(await counts()).toEqual(before);
  });

  test("two different keys at once are refused", async () => {
    const headers = { authorization: `Bearer ${OWNER_KEY}`, "x-api-key": other.key };
    expect((await call("GET", "/api/v1/chat", { headers })).status).toBe(401);
  });

  test("a key is read from every header that clients use", async () => {
    const spellings: Headers[] = [
      { authorization: OWNER_KEY },
      { "x-api-key": OWNER_KEY },
      { "x-auth-key": `Bearer ${OWNER_KEY}` },
    ];
    for (const headers of spellings) {
      expect((await call("GET", "/api/v1/chat", { headers })).status).toBe(200);
    }
  });
});

describe("somebody else's ids", () => {
  test("are there to be asked for, for every path", () => {
    const names = withIds.flatMap(({ path }) => [...path.matchAll(/\[(\w+)\]/gu)].map(([, name]) => name));
    expect(Object.keys(owned)).toEqual(expect.arrayContaining(names));
  });

  test.each(withIds.map((route) => route.path))("%s answers as for an id that never was", async (path) => {
    for (const method of METHODS) {
      // New ones for each method: some create what they name.
      const unknown = Object.fromEntries(Object.keys(owned).map((name) => [name, newId()]));
      const headers = await credentials(path, other);
      const foreign = await call(method, filled(path, owned), { headers, body: ANY_BODY });
      const never = await call(method, filled(path, unknown), { headers, body: ANY_BODY });
      const of = async (response: Response, ids: Record<string, string>) => [
        response.status,
        Object.values(ids).reduce((text, id) => text.replaceAll(id, "ID"), await response.text()),
      ];
      // Creating under a chosen id is the one answer that may differ: an id in use is refused.
      if (foreign.status === 409 || never.status === 201) continue;
      expect([method, ...(await of(foreign, owned))]).toEqual([method, ...(await of(never, unknown))]);
      expect([400, 404, 405, 422]).toContain(foreign.status);
    }
  });

  test("ids in bodies and queries reach nothing of another account", async () => {
    const headers = { authorization: `Bearer ${other.key}` };
    const mine = await (await call("POST", "/api/v1/chat", { headers, body: {} })).json();
    const stream = `/api/v1/chat/${mine.session_id}/messages/stream`;
    const asked = { index_ids: [], prompt: "x" };
    expect((await call("POST", stream, { headers, body: { ...asked, agent_id: owned.agentId } })).status).toBe(404);
    expect((await call("POST", stream, { headers, body: { ...asked, parent_id: owned.messageId } })).status).toBe(404);
    expect((await call("POST", stream, { headers, body: { ...asked, index_ids: [owned.indexId] } })).status).toBe(404);
    expect((await call("POST", "/api/v1/chat", { headers, body: { index_ids: [owned.indexId] } })).status).toBe(404);
    const asOwner = { authorization: `Bearer ${OWNER_KEY}` };
    const looked = { index_id: owned.indexId, file_id: owned.indexDocId, query: "x", pattern: "x" };
    for (const path of ["retrieve", "files/find", "files/grep", "files/read"]) {
      const foreign = await call("POST", `/api/v1/retrieval/${path}`, { headers, body: looked });
      const own = await call("POST", `/api/v1/retrieval/${path}`, { headers: asOwner, body: looked });
      expect([path, foreign.status, own.status]).toEqual([path, 404, 200]);
    }
    const picture = `/api/v1/beta/attachments/screenshots/page_1.jpg?source_id=${owned.indexDocId}`;
    expect((await call("GET", picture, { headers })).status).toBe(404);
    const shelf = await (await call("POST", "/api/v1/beta/directories", { headers, body: { name: "x" } })).json();
    for (const at of [owned.indexId, shelf.id]) {
      const files = `/api/v1/beta/directories/${at}/files`;
      const adding = { file_id: owned.indexFileId };
      expect((await call("POST", files, { headers, body: adding })).status).toBe(404);
      expect((await call("GET", `${files}/${owned.indexDocId}`, { headers })).status).toBe(404);
      expect((await call("DELETE", `${files}/${owned.indexDocId}`, { headers })).status).toBe(404);
    }
    expect((await call("GET", `/api/v1/beta/directories/${owned.indexId}/files`, { headers })).status).toBe(404);
    for (const owner of [`index_id=${owned.indexId}`, `user_id=${owned.userId}`]) {
      expect([owner, (await call("GET", `/api/app/docs?${owner}`, { headers })).status]).toEqual([owner, 404]);
    }
    const { indexId: index_id, indexFileId: file_id } = owned;
    for (const body of [
      { index_id, file_id },
      { index_id, title: "x", text: "x" },
      { index_id: shelf.id, file_id },
      { user_id: owned.userId, title: "x", text: "x" },
    ]) {
      expect([body, (await call("POST", "/api/app/docs", { headers, body })).status]).toEqual([body, 404]);
    }
    expect((await call("GET", `/api/v1/chat?project_id=${owned.projectId}`, { headers })).status).toBe(404);
    expect((await call("GET", `/api/v1/chat?organization_id=${server.parley.ownerId}`, { headers })).status).toBe(404);
  });

  test("a cookie of another origin's page counts for nothing", async () => {
    const elsewhere: Headers[] = [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.test" }];
    for (const headers of elsewhere) {
      expect((await call("POST", "/api/v1/chat", { headers, body: {} })).status).toBe(401);
    }
    const guest = await call("POST", "/api/v1/chat", { headers: { "sec-fetch-site": "same-origin" }, body: {} });
    expect(guest.status).toBe(200);
    const cookie = guest.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(guest.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    const own = await call("GET", "/api/v1/chat", { headers: { cookie, "sec-fetch-site": "same-origin" } });
    expect((await own.json()).items).toHaveLength(1);
    const forged = await call("GET", "/api/v1/chat", { headers: { cookie, "sec-fetch-site": "cross-site" } });
    expect(forged.status).toBe(401);
    expect(
      (await call("GET", `/api/v1/chat/${owned.sessionId}`, { headers: { cookie, "sec-fetch-site": "same-origin" } }))
        .status,
    ).toBe(404);
  });
});

const deep = "[".repeat(20_000);
const BAD_BODIES: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
  ["nothing", ""],
  ["null", "null"],
  ["a list", "[]"],
  ["a number", "42"],
  ["a text", '"text"'],
  ["broken JSON", '{"a": tru}'],
  ["JSON that never closes", deep],
  ["deep JSON", `${deep}${"]".repeat(20_000)}`],
  ["bytes that are no UTF-8", Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
  [
    "every field of the wrong type",
    JSON.stringify(Object.fromEntries(Object.keys(ANY_BODY).map((key) => [key, { a: [1] }]))),
  ],
  ["numbers for everything", JSON.stringify(Object.fromEntries(Object.keys(ANY_BODY).map((key) => [key, 5])))],
  ["prototype keys", '{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}'],
  ["five megabytes", JSON.stringify({ prompt: "x".repeat(5 * 1024 * 1024) })],
];

describe("bad input", () => {
  test.each(routes.map((route) => route.path))("%s refuses in its own shape, and writes nothing", async (path) => {
    const headers = { ...(await credentials(path, owner())), "content-type": "application/json" };
    for (const method of ["POST", "PUT", "PATCH"] as const) {
      let before = await counts();
      for (const [name, body] of BAD_BODIES) {
        const response = await server.fetch(`${ORIGIN}${filled(path, owned)}`, { method, headers, body });
        expect([method, name, response.status]).toEqual([method, name, expect.toSatisfy((status) => status < 500)]);
        if (response.status < 400) {
          before = await counts();
          continue;
        }
        const error: unknown = await response.json();
        expect([error, surfaceOf(path).error.safeParse(error).success]).toEqual([error, true]);
        expect([method, name, await counts()]).toEqual([method, name, before]);
        if (response.status === 405) break;
      }
    }
  });

  test.each(withIds.map((route) => route.path))("%s answers 404 or 422 to ids that are none", async (path) => {
    const headers = await credentials(path, owner());
    for (const id of ["x", "%00", "..%2f..", "' or 1=1 --", "%F0%9F%98%80", "0".repeat(5000)]) {
      for (const method of METHODS) {
        const response = await call(method, filled(path, {}, id), { headers, body: ANY_BODY });
        expect([method, id.slice(0, 20), [404, 405, 422].includes(response.status)]).toEqual([
          method,
          id.slice(0, 20),
          true,
        ]);
      }
    }
  });
});

const surfaces = await Promise.all([
  ...DIALECTS.map(async ({ name, prefixes, reference }) => ({ name, prefixes, error: (await reference()).error })),
  // The web app's errors are LlamaCloud's.
  { ...web, error: llamacloudReference.error },
]);

/** The surface of a path, and how its errors look. */
function surfaceOf(path: string) {
  const surface = surfaceAt(path, surfaces);
  if (!surface) throw new Error(`${path} lies in no surface`);
  return surface;
}

/** Whether a route only says that nobody serves its paths, or may say so of some. */
const servesNothing = (path: string): boolean =>
  path.includes("[...") || surfaces.some(({ prefixes }) => prefixes.includes(path));

async function makeKey(body: object): Promise<string> {
  const headers = await credentials("/api/app/keys", owner());
  return (await (await call("POST", "/api/app/keys", { headers, body })).json()).key;
}

const owner = () => ({ id: server.parley.ownerId, key: OWNER_KEY });

/** How somebody calls a path: with a key, or with a cookie where only a browser may. */
async function credentials(path: string, { id, key }: { id: string; key: string }): Promise<Headers> {
  if (!/^\/api\/app\/(?:account|keys|providers)(?:\/|$)/u.test(path)) return { authorization: `Bearer ${key}` };
  return { "sec-fetch-site": "same-origin", cookie: await server.signIn(id) };
}

const filled = (path: string, ids: Readonly<Record<string, string>>, otherwise = newId()): string =>
  path
    .replaceAll(/\[\.\.\.\w+\]/g, "no/such/path")
    .replaceAll(/\[(\w+)\]/g, (_, name: string) => ids[name] ?? otherwise);

function call(
  method: string,
  path: string,
  { headers, body }: { readonly headers: Headers; readonly body?: unknown },
): Promise<Response> {
  const hasBody = body !== undefined && method !== "GET";
  const json = { "content-type": "application/json", ...headers };
  return server.fetch(`${ORIGIN}${path}`, { method, headers: json, body: hasBody ? JSON.stringify(body) : undefined });
}

async function makeOwned(): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${OWNER_KEY}` };
  const { session_id } = await (await call("POST", "/api/v1/chat", { headers, body: {} })).json();
  await (
    await call("POST", `/api/v1/chat/${session_id}/messages/stream`, {
      headers,
      body: { index_ids: [], prompt: "a secret question" },
    })
  ).text();
  const index = await (await call("POST", "/api/v1/indexes", { headers, body: { name: "secret" } })).json();
  const inIndex = { index_id: index.id, title: "a secret book", text: "a secret of the index" };
  const indexDoc = await (await call("POST", "/api/app/docs", { headers, body: inIndex })).json();
  const isRead = async () => (await (await call("GET", `/api/app/docs/${indexDoc.id}`, { headers })).json()).state;
  await vi.waitFor(async () => expect(await isRead()).toBe("ready"), 60_000);
  const made = async (path: string, body: object): Promise<string> =>
    (await (await call("POST", path, { headers, body })).json()).id;
  const userId = await made("/api/users", { name: "a secret user" });
  const full = await (await call("GET", `/api/v1/chat/${session_id}?event_ids=1&details=1`, { headers })).json();
  const agentId = full.agent.id;
  const jobId = newId();
  const { ports, ownerId } = server.parley;
  await ports.database.pool.query(
    `insert into "Job" (id, "accountId", "sessionId", kind, state, reason) values ($1, $2, $3, 'test', 'failed', 'secret')`,
    [jobId, ownerId, session_id],
  );
  const identityId = newId();
  const identity = { provider: "github", subject: "1", label: "a secret name" };
  await insertIdentity(ports.database, identityId, ownerId, identity);
  const browser = await credentials("/api/app/keys", owner());
  const signIn = await ports.database.pool.query(`select id from "SignIn" where "accountId" = $1`, [ownerId]);
  const providerId = newId();
  await insertProvider(ports.database, ownerId, {
    id: providerId,
    name: "secret",
    kind: "compatible",
    baseUrl: "https://secret.example",
    keyHint: null,
    sealedKey: null,
  });
  const file = await server.fetch(`${ORIGIN}/api/app/files?name=secret.txt`, {
    method: "POST",
    headers,
    body: "a secret file",
  });
  return {
    userId,
    fileId: (await file.json()).id,
    jobId,
    identityId,
    providerId,
    keyId: (await (await call("POST", "/api/app/keys", { headers: browser, body: { name: "a secret key" } })).json())
      .id,
    signInId: signIn.rows[0].id,
    docId: await made(`/api/agents/${agentId}/docs`, { title: "a secret title", content: "a secret text" }),
    toolId: await made(`/api/agents/${agentId}/tools`, { name: "secret", type: "function" }),
    sessionId: session_id,
    indexId: index.id,
    indexDocId: indexDoc.id,
    indexFileId: indexDoc.file_id,
    directoryId: index.id,
    projectId: index.project_id,
    agentId,
    assistantId: agentId,
    bot: agentId,
    messageId: full.events[0].message_id,
    runId: full.events[0].run_id,
  };
}

/** How many rows each table holds that a request could write. */
async function counts(): Promise<unknown> {
  const tables = [
    "Account",
    "SignIn",
    "ApiKey",
    "ModelProvider",
    "Project",
    "Index",
    "AgentIndex",
    "SessionIndex",
    "DocChunk",
    "ChunkEmbedding",
    "FileBytes",
    "Agent",
    "Tool",
    "User",
    "Doc",
    "Job",
    "Session",
    "Branch",
    "Message",
    "File",
    "Summary",
    "Run",
  ];
  const sql = tables.map((table) => `(select count(*)::int from "${table}") as "${table}"`).join(", ");
  return (await server.parley.ports.database.pool.query(`select ${sql}`)).rows[0];
}
