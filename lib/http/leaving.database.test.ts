import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteAccount } from "../core/leave-account.ts";
import { emptyLeftAccounts, shutAccount } from "../db/leave-account.ts";
import { insertProvider } from "../db/model-providers.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

// S18: what is deleted leaves no text. Everything that a caller can write is marked with a word of what it belongs to;
// after a deletion the word is looked for in every column of every table.

let api: Api;
/** What the server has logged. */
const logged: string[] = [];
beforeAll(async () => {
  api = await openApi({ LOG_LEVEL: "debug" });
  const write = (line: string) => void logged.push(line);
  Object.assign(api.server.parley.ports.log, { [pino.symbols.streamSym]: { write } });
});
afterAll(async () => {
  await api.close();
  delete process.env.LOG_LEVEL;
});

type Account = { readonly id: string; readonly key: string };
type Thing =
  | "account"
  | "agent"
  | "user"
  | "doc"
  | "user-doc"
  | "session"
  | "index"
  | "history"
  | "request"
  | "key"
  | "file"
  | "provider";
type World = {
  /** The word of one thing of this world; of all of them where nothing is said. */
  readonly mark: (of: Thing | "") => string;
  readonly account: Account;
  readonly agent: string;
  readonly user: string;
  readonly doc: string;
  readonly userDoc: string;
  readonly session: string;
  readonly index: string;
  readonly key: string;
  readonly provider: string;
};
let worlds = 0;

/** Columns in which no mark of a world stands, and why. */
const of = (why: string, columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, why]));
const WITHOUT_MARK: Readonly<Record<string, string>> = {
  ...of("a word of the product", [
    "Account.kind",
    "ApiKey.scopes",
    "Doc.state",
    "Identity.provider",
    "Job.input",
    "Job.kind",
    "Job.state",
    "Message.role",
    "Message.source",
    "Message.tokenizer",
    "ModelProvider.kind",
    "Run.dialect",
    "Run.finishReason",
    "Run.policy",
    "Run.status",
    "Run.turnLimit",
    "Session.contextOverflow",
    "Session.origin",
    "Session.sharedAccess",
    "Session.titleSource",
    "SignIn.browser",
    "Tool.type",
    "Usage.kind",
  ]),
  ...of("a hash, or the beginning of one", [
    "ApiKey.hash",
    "OwnerLink.hash",
    "Doc.contentHash",
    "Run.endUserHash",
    "Run.requestHash",
    "Usage.endUserHash",
    "Run.requestKey",
  ]),
  ...of("the first and last characters of a key", ["ApiKey.hint", "ModelProvider.keyHint"]),
  ...of("encrypted", ["ModelProvider.sealedKey"]),
  ...of("the name of a model", ["ChunkEmbedding.model", "Message.model", "Run.settings"]),
  ...of("ids and numbers", [
    "Branch.path",
    "Usage.agentId",
    "Usage.keyId",
    "ChunkEmbedding.vector",
    "Job.leaseOwner",
    "RateLimit.key",
    "Run.leaseOwner",
    "Run.usage",
    "WaitingTurn.owner",
  ]),
  ...of("ids, numbers and hashes once the turn has ended", ["Run.context"]),
  ...of("there while the turn runs", ["Run.input", "Run.plan"]),
};

/** What each deletion takes away, and whose text must be gone with it. */
const DELETIONS: readonly {
  readonly what: string;
  readonly path: (world: World) => string;
  readonly gone: readonly Thing[];
  readonly stays: readonly Thing[];
}[] = [
  {
    what: "a session",
    path: ({ session }) => `/api/sessions/${session}`,
    gone: ["session", "history", "file"],
    stays: ["agent"],
  },
  {
    what: "a history",
    path: ({ session }) => `/api/sessions/${session}/history`,
    gone: ["history", "file"],
    stays: ["session"],
  },
  { what: "a doc", path: ({ agent, doc }) => `/api/agents/${agent}/docs/${doc}`, gone: ["doc"], stays: ["user-doc"] },
  {
    what: "a user's doc",
    path: ({ user, userDoc }) => `/api/users/${user}/docs/${userDoc}`,
    gone: ["user-doc"],
    stays: ["doc"],
  },
  { what: "a user", path: ({ user }) => `/api/users/${user}`, gone: ["user", "user-doc"], stays: ["history"] },
  { what: "an agent", path: ({ agent }) => `/api/agents/${agent}`, gone: ["agent", "doc"], stays: ["history"] },
  { what: "an index", path: ({ index }) => `/api/v1/indexes/${index}`, gone: ["index"], stays: ["history"] },
  { what: "a key", path: ({ key }) => `/api/app/keys/${key}`, gone: ["key"], stays: ["history"] },
  {
    what: "a provider of models",
    path: ({ provider }) => `/api/app/providers/${provider}`,
    gone: ["provider"],
    stays: ["history"],
  },
];

describe("S18: no text stays", () => {
  test.each(DELETIONS)("of $what", async ({ path, gone, stays }) => {
    const world = await makeWorld();
    for (const thing of [...gone, ...stays]) expect(await placesOf(world.mark(thing))).not.toEqual([]);
    expect(await placesOf(world.mark("request"))).toEqual([]);
    const isOfBrowser = path(world).startsWith("/api/app/");
    const credentials = isOfBrowser
      ? { key: null, headers: await browserOf(world.account) }
      : { key: world.account.key };
    const { status } = await api.call("DELETE", path(world), credentials);
    expect(status).toBeLessThan(300);
    const left = await Promise.all(gone.map(async (thing) => [thing, await placesOf(world.mark(thing))]));
    expect(Object.fromEntries(left)).toEqual(Object.fromEntries(gone.map((thing) => [thing, []])));
    for (const thing of stays) expect(await placesOf(world.mark(thing))).not.toEqual([]);
  });
});

const browserOf = async ({ id }: Account) => ({
  "sec-fetch-site": "same-origin",
  cookie: await api.server.signIn(id),
});

async function made(
  account: { readonly key: string | null },
  path: string,
  body: object,
  headers = {},
): Promise<string> {
  const { status, body: answer } = await api.call("POST", path, { key: account.key, body, headers });
  expect({ path, status, answer }).toMatchObject({ status: expect.toSatisfy((code: number) => code < 300) });
  return answer.id;
}

/** An account with one of everything, each text with the mark of what it belongs to, and turns that met all of it. */
async function makeWorld(): Promise<World> {
  const account = await api.server.makeAccount();
  const world = `zqzq${++worlds}x`;
  const mark = (of: Thing | "") => `${world}${of}`;
  const marked = (of: Thing) => ({ metadata: { [mark(of)]: mark(of) } });
  api.model.onMessage(new RegExp(`${world}`, "u"), { content: `${mark("history")} it is.` });

  const [a, u, h] = [mark("agent"), mark("user"), mark("history")];
  const template = `${a} {{agent.name}} {{agent.about}} {{users}} {{session.situation}} {{docs}} {{agent.instructions}}`;
  const agent = await made(account, "/api/agents", {
    ...{
      name: a,
      about: a,
      instructions: [a],
      default_settings: { stop: [a], own: a },
      default_system_template: template,
    },
    ...marked("agent"),
  });
  const parameters = { type: "object", properties: { [a]: { type: "string" } } };
  const tool = { name: a, type: "function", description: a, function: { description: a, parameters } };
  await made(account, `/api/agents/${agent}/tools`, tool);
  const user = await made(account, "/api/users", { name: u, about: u, ...marked("user") });
  const docOf = (of: Thing) => ({ title: `${mark(of)} hours`, content: `${mark(of)} opening hours`, ...marked(of) });
  const doc = await made(account, `/api/agents/${agent}/docs`, docOf("doc"));
  const userDoc = await made(account, `/api/users/${user}/docs`, docOf("user-doc"));
  const recall = { recall_options: { mode: "text" } };
  const about = { agent, user, situation: mark("session"), ...recall, ...marked("session") };
  const session = await made(account, "/api/sessions", about);
  const index = await made(account, "/api/v1/indexes", { name: mark("index"), description: mark("index") });
  const inIndex = { index_id: index, title: `${mark("index")} book`, text: `${mark("index")} opening hours` };
  const read = `/api/app/docs/${await made(account, "/api/app/docs", inIndex)}`;
  const isReady = async () => (await api.call("GET", read, { key: account.key })).body.state;
  await expect.poll(isReady, { timeout: 60_000 }).toBe("ready");
  const named = await made({ ...account, key: null }, "/api/app/keys", { name: mark("key") }, await browserOf(account));

  const messages = [{ role: "user", content: `${h} When are the opening hours?`, name: h }];
  for (const more of [{}, { stop: [h] }]) {
    const headers = { "idempotency-key": `${mark("request")}-${Object.keys(more).length}` };
    await made(account, `/api/sessions/${session}/chat`, { messages, ...more }, headers);
  }
  const file = await api.send("POST", `/api/app/files?name=${mark("file")}.txt`, {
    key: account.key,
    body: `${mark("file")} is what it says.`,
  });
  const asked = { index_ids: [], prompt: `${h} What does it say?`, attachments: [(await file.json()).id] };
  const stream = `/api/v1/chat/${session}/messages/stream`;
  expect((await api.call("POST", stream, { key: account.key, body: asked })).body).toContain('"is_error":false');
  await pretend(account, session, h);
  // Gives the messages the words by which they are found.
  expect(
    (await api.call("POST", "/api/app/search", { key: account.key, body: { query: h } })).body.sessions,
  ).not.toEqual([]);
  await plant(world, account, session, agent, doc);
  const provider = newId();
  await insertProvider(api.server.parley.ports.database, account.id, {
    id: provider,
    name: mark("provider"),
    kind: "compatible",
    baseUrl: `https://${mark("provider")}.example`,
    keyHint: null,
    sealedKey: null,
  });
  return { mark, account, agent, user, doc, userDoc, session, index, key: named, provider };
}

/** What it takes a failing model to leave: the words of a failed turn and of a failed job; and a summary. */
async function pretend(account: Account, session: string, text: string): Promise<void> {
  const { pool } = api.server.parley.ports.database;
  await pool.query(
    `insert into "Summary" (id, "sessionId", "branchId", "uptoPosition", text, replaces)
     select gen_random_uuid(), id, "activeBranchId", 0, $2, true from "Session" where id = $1`,
    [session, text],
  );
  await pool.query(
    `insert into "Job" (id, "accountId", "sessionId", kind, state, reason)
     values (gen_random_uuid(), $1, $2, 'summarise', 'failed', $3)`,
    [account.id, session, text],
  );
  await pool.query(`update "Run" set error = $2 where "sessionId" = $1`, [session, { code: "failed", message: text }]);
}

/** Texts in the columns that these calls do not reach. */
async function plant(world: string, account: Account, session: string, agent: string, doc: string): Promise<void> {
  const { pool } = api.server.parley.ports.database;
  const text = `${world}account`;
  await pool.query(`update "Account" set email = $2, "passwordHash" = $2 where id = $1`, [account.id, text]);
  await pool.query(
    `insert into "Identity" (id, "accountId", provider, subject, label) values (gen_random_uuid(), $1, 'oidc', $2, $2)`,
    [account.id, text],
  );
  await pool.query(
    `update "Project" set name = $2, "canonicalName" = $2, metadata = to_jsonb($2::text) where "accountId" = $1`,
    [account.id, text],
  );
  await pool.query(
    `with file as (
       insert into "File" (id, "accountId", hash, name, "mediaType", size)
       values (gen_random_uuid(), $1, $2, $2, $2, 1) returning id
     ) insert into "FileBytes" ("fileId", n, bytes) select id, 0, convert_to($2, 'UTF8') from file`,
    [account.id, text],
  );
  await pool.query(`update "Session" set "systemTemplate" = $2, "recallOptions" = $3 where id = $1`, [
    session,
    `${world}session`,
    { lang: `${world}session` },
  ]);
  await pool.query(`update "Agent" set slug = $2, model = $2 where id = $1`, [agent, `${world}agent`]);
  await pool.query(`update "Doc" set language = $2, "embedInstruction" = $2, reason = $2 where id = $1`, [
    doc,
    `${world}doc`,
  ]);
  await pool.query(`update "DocChunk" set headings = array[$2] where "docId" = $1`, [doc, `${world}doc`]);
}

test("S18: no text stays of an account, and nothing of it at all", async () => {
  const world = await makeWorld();
  const other = await makeWorld();
  const { id: accountId } = world.account;
  const scope = { ...api.server.parley.ports, accountId, via: "cookie" as const };
  const fits = async (stored: string | null, password: string) => stored === password;
  await expect(deleteAccount(scope, "wrong", fits)).rejects.toMatchObject({ code: "invalid" });
  await expect(deleteAccount({ ...scope, via: "key" }, world.mark("account"), fits)).rejects.toMatchObject({
    code: "forbidden",
  });
  await deleteAccount(scope, world.mark("account"), fits);
  expect(await placesOf(world.mark(""))).toEqual([]);
  expect(await placesOf(other.mark("history"))).not.toEqual([]);
});

test("S18: an account whose deletion broke off can no longer be used, and the next look goes on with it", async () => {
  const world = await makeWorld();
  const { database } = api.server.parley.ports;
  expect(await shutAccount(database, world.account.id)).toBe(true);
  expect(await placesOf(world.mark("agent"))).toEqual([]);
  expect(await placesOf(world.mark("key"))).toEqual([]);
  expect(await placesOf(world.mark("provider"))).toEqual([]);
  await emptyLeftAccounts(database);
  expect(await placesOf(world.mark(""))).toEqual([]);
});

test("S18: the owner's account stays", async () => {
  const { ports, ownerId } = api.server.parley;
  const scope = { ...ports, accountId: ownerId, via: "cookie" as const };
  await expect(deleteAccount(scope, null, async () => true)).rejects.toMatchObject({ code: "forbidden" });
  expect(await shutAccount(ports.database, ownerId)).toBe(false);
});

test("S18: a turn that runs while its history is deleted ends, and leaves nothing", async () => {
  const world = await makeWorld();
  const text = "zqlate";
  api.model.onMessage(/zqslow/u, { content: `${text} `.repeat(200) }, { latency: 20 });
  const messages = [{ role: "user", content: "zqslow zqlate" }];
  const { key } = world.account;
  const path = `/api/sessions/${world.session}`;
  const stream = await api.send("POST", `${path}/chat`, { key, body: { messages, stream: true } });
  const reader = stream.body?.getReader();
  await reader?.read();
  expect(await placesOf("zqslow")).not.toEqual([]);
  expect((await api.call("DELETE", `${path}/history`, { key })).status).toBe(202);
  for (;;) if ((await reader?.read())?.done !== false) break;
  expect(await placesOf("zqslow")).toEqual([]);
  expect(await placesOf(text)).toEqual([]);
  const { body } = await api.call("GET", `${path}/history`, { key });
  expect(body.entries).toEqual([]);
});

test("S18: every column that can hold text is known by what clears it, or holds no text of a caller", async () => {
  await makeWorld();
  const marked = await placesOf("zqzq");
  const columns = (await textColumns()).map(({ name }) => name);
  expect(columns.filter((name) => !marked.includes(name) && !(name in WITHOUT_MARK))).toEqual([]);
  // A list that says too much would hide a column that begins to hold text.
  expect(Object.keys(WITHOUT_MARK).filter((name) => !columns.includes(name) || marked.includes(name))).toEqual([]);
});

test("S18: a log at debug level holds no text either, nor a name in a path", async () => {
  const world = await makeWorld();
  const { key } = world.account;
  const name = world.mark("agent");
  for (const path of [`/v1/bots/${name}`, `/v1/${name}/${name}`, `/api/${name}`, `/api/agents/${name}?a=${name}`]) {
    const { status } = await api.call("GET", path, { key });
    expect([path, status]).toEqual([
      path,
      path.startsWith("/v1/bots/") ? 200 : expect.toSatisfy((code) => code >= 400),
    ]);
  }
  const broken = { messages: [{ role: "user", content: `{{ ${name} | ${name} }}` }] };
  await api.call("POST", `/api/sessions/${world.session}/render`, { key, body: broken });
  await api.call("POST", "/api/agents", { key, body: `{"${name}` });
  await api.call("POST", "/api/agents", { key, body: { name, model: name, [name]: name } });
  api.model.onMessage(/zqfail/u, { error: { message: `No ${name}`, type: "invalid_request_error" }, status: 400 });
  const failing = { messages: [{ role: "user", content: "zqfail" }] };
  expect((await api.call("POST", `/api/sessions/${world.session}/chat`, { key, body: failing })).status).toBe(400);
  await expect.poll(() => logged.filter((line) => line.includes('"level":20')).length).toBeGreaterThan(3);
  expect(logged.filter((line) => line.includes("/v1/bots/{bot}"))).not.toEqual([]);
  expect(logged.filter((line) => line.includes("zq"))).toEqual([]);
});

/** Every column that can hold text, as `table.column`. */
async function textColumns(): Promise<{ table: string; column: string; name: string }[]> {
  const { rows } = await api.server.parley.ports.database.pool.query<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_schema = 'public' and table_name not like '\\_%'
       and data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'tsvector', 'ARRAY') order by 1, 2`,
  );
  return rows.map((row) => ({ ...row, name: `${row.table}.${row.column}` }));
}

/** The columns in which a mark stands. */
async function placesOf(mark: string): Promise<string[]> {
  const columns = await textColumns();
  const text = ({ column }: { column: string }) =>
    column === "bytes" || column === "vector" ? `encode("${column}", 'escape')` : `"${column}"::text`;
  const looks = columns.map(
    (at) => `select '${at.name}' as name where exists (select 1 from "${at.table}" where ${text(at)} like $1)`,
  );
  const { rows } = await api.server.parley.ports.database.pool.query<{ name: string }>(looks.join(" union all "), [
    `%${mark}%`,
  ]);
  return rows.map(({ name }) => name);
}
