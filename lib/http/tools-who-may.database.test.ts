import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";

const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";
const SECRET = "the owner's secret plan";

let api: Api;
let other: { id: string; key: string };
let site: Server;
let siteUrl = "";
let visits = 0;
/** What the model calls, once, for whatever it is asked. */
let call: { name: string; input: object } = { name: "", input: {} };

beforeAll(async () => {
  site = createServer((_, response) => {
    visits++;
    response.writeHead(200, { "content-type": "text/plain" });
    response.end("seen");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo; // it listens on a port
  siteUrl = `http://127.0.0.1:${port}/`;
  api = await openApi({ OUTBOUND_ALLOW: `127.0.0.1:${port}` });
  other = await api.server.makeAccount();
  api.model.onMessage(/.*/s, (request) =>
    request.messages.at(-1)?.role === "tool"
      ? { content: "Done." }
      : { toolCalls: [{ id: "call_1", name: call.name, arguments: JSON.stringify(call.input) }] },
  );
});
beforeEach(() => {
  visits = 0;
  api.model.clearRequests();
});
afterAll(async () => {
  await api.close();
  site.close();
});

const made = async (path: string, body: object) => {
  const answer = await api.call("POST", path, { body });
  expect([path, answer.status < 300, answer.body]).toEqual([path, true, answer.body]);
  return answer.body;
};

const system = (name: string, spec: object) => ({ name, type: "system", system: spec });
const sessionList = system("sessions", { resource: "session", operation: "list" });
const echo = { name: "echo", type: "integration", integration: { provider: "dummy" } };
const visit = () => ({ name: "visit", type: "api_call", api_call: { method: "GET", url: siteUrl } });

/** A session of the owner's that nobody else is to see. */
const secretSession = async () =>
  made("/api/sessions", { situation: SECRET, agent: (await made("/api/agents", { name: "Ada" })).id });

async function agentWith(tools: readonly object[], body: object = {}): Promise<string> {
  const { id } = await made("/api/agents", { name: "Guide", ...body });
  for (const tool of tools) await made(`/api/agents/${id}/tools`, tool);
  return id;
}

/** The tools of the first call of the last turn, and what the model was told a tool had given. */
function seen(): { readonly offered: readonly string[]; readonly output: string } {
  const calls = api.modelCalls();
  const tools: readonly { function: { name: string } }[] = calls[0]?.body.tools ?? [];
  return { offered: tools.map((tool) => tool.function.name), output: calls.at(-1)?.body.messages.at(-1).content ?? "" };
}

async function askBot(bot: string, key: string | null | undefined, wanted: typeof call) {
  call = wanted;
  api.model.clearRequests();
  const body = { bot_uid: bot, prompt: "hi", stream: false };
  const answer = await api.call("POST", "/v1/chat", { body, key });
  expect([answer.status, answer.body]).toEqual([200, { content: "Done." }]);
  return seen();
}

const open = (bot: string) => api.call("PATCH", `/v1/bots/${bot}`, { body: { is_public: true } });

test("C11: strangers of a public bot are offered and run none of its owner's tools; the owner is and does", async () => {
  await secretSession();
  const bot = await agentWith([sessionList, echo, visit()]);
  await open(bot);
  for (const key of [null, other.key]) {
    for (const name of ["sessions", "visit", "echo"]) {
      const { offered, output } = await askBot(bot, key, { name, input: { a: "b" } });
      expect([name, offered]).toEqual([name, []]);
      expect(output).toMatch(/^\{"error":/u);
      expect(output).not.toContain(SECRET);
    }
  }
  expect(visits).toBe(0);
  const own = await askBot(bot, undefined, { name: "sessions", input: {} });
  expect(own.offered).toEqual(["sessions", "echo", "visit"]);
  expect(own.output).toContain(SECRET);
});

test("C11: what the owner has marked as safe, strangers are offered and run, and nothing else", async () => {
  const bot = await agentWith([sessionList]);
  const path = `/api/app/agents/${bot}/tools`;
  const marked = await made(path, { ...visit(), open_to_strangers: true });
  expect(marked.open_to_strangers).toBe(true);
  const shut = await made(path, echo);
  expect(shut.open_to_strangers).toBe(false);
  await open(bot);
  const { offered, output } = await askBot(bot, null, { name: "visit", input: {} });
  expect([offered, visits]).toEqual([["visit"], 1]);
  expect(output).toContain("seen");

  // A change through another dialect, which does not know the mark, leaves it; one of what the tool is takes it away.
  const asJulep = `/api/agents/${bot}/tools/${marked.id}`;
  await api.call("PUT", asJulep, { body: { ...visit(), description: "A site" } });
  await api.call("PATCH", asJulep, { body: { description: "The site" } });
  expect((await askBot(bot, null, { name: "visit", input: {} })).offered).toEqual(["visit"]);
  expect((await api.call("PUT", asJulep, { body: { ...sessionList, name: "visit" } })).status).toBe(200);
  const closed = await askBot(bot, other.key, { name: "visit", input: {} });
  expect(closed.offered).toEqual([]);
  expect(closed.output).not.toContain(SECRET);
});

test("C11: a mark is set and taken away by the web app's own routes, and the agent shows it", async () => {
  const agent = await agentWith([]);
  const path = `/api/app/agents/${agent}/tools`;
  const tool = await made(path, echo);
  const set = async (body: object) => (await api.call("PUT", `${path}/${tool.id}`, { body })).body.open_to_strangers;
  expect(await set({ ...echo, open_to_strangers: true })).toBe(true);
  expect(await set(echo)).toBe(true);
  expect((await api.call("GET", `/api/app/agents/${agent}`)).body.tools[0].open_to_strangers).toBe(true);
  expect(await set({ ...echo, open_to_strangers: false })).toBe(false);
});

test("C11: a system tool, and one that this server does not run, cannot be marked", async () => {
  const agent = await agentWith([sessionList]);
  const path = `/api/app/agents/${agent}/tools`;
  const { tools } = (await api.call("GET", `/api/app/agents/${agent}`)).body;
  const weather = { name: "weather", type: "function", function: null };
  for (const [method, at, tool] of [
    ["POST", path, { ...sessionList, name: "more" }],
    ["PUT", `${path}/${tools[0].id}`, sessionList],
    ["POST", path, weather],
  ] as const) {
    const refused = await api.call(method, at, { body: { ...tool, open_to_strangers: true } });
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining("open to strangers")]);
  }
  expect((await api.call("GET", `/api/app/agents/${agent}`)).body.tools).toEqual(tools);
});

test("C11: a template tells a stranger of none of the tools that are kept from it", async () => {
  const template = "{% for tool in tools %}[{{ tool.name }}]{% endfor %}";
  const bot = await agentWith([sessionList]);
  await made(`/api/app/agents/${bot}/tools`, { ...visit(), open_to_strangers: true });
  await api.server.parley.ports.database.pool.query(`update "Agent" set "systemTemplate" = $2 where id = $1`, [
    bot,
    template,
  ]);
  await open(bot);
  await askBot(bot, null, { name: "visit", input: {} });
  expect(api.modelCalls()[0]?.body.messages[0].content).toBe("[visit]");
  await askBot(bot, undefined, { name: "visit", input: {} });
  expect(api.modelCalls()[0]?.body.messages[0].content).toBe("[sessions][visit]");
});

async function keyOf(limits: object): Promise<string> {
  return (await api.makeKey(limits)).key;
}

/** Asks an agent as an assistant, whose model calls its one tool. Gives what the model was told. */
async function askAssistant(key: string, spec: object, input: object, agentId?: string): Promise<string> {
  const agent = agentId ?? (await agentWith([]));
  const tool = await made(`/api/agents/${agent}/tools`, system("api", spec));
  call = { name: "api", input };
  api.model.clearRequests();
  const body = { messages: [{ role: "user", content: "hi" }], stream: false };
  const answer = await api.call("POST", `${ASSISTANTS}/${agent}/chat/completions`, { body, key });
  expect([answer.status, answer.body.choices?.[0]?.message.content]).toEqual([200, "Done."]);
  await api.call("DELETE", `/api/agents/${agent}/tools/${tool.id}`);
  return seen().output;
}

test("C11: a key of one agent reaches nothing of the account beside it through tools", async () => {
  const agent = await agentWith([]);
  const key = await keyOf({ agent_id: agent });
  const user = await made("/api/users", { name: SECRET });
  const second = await agentWith([], { about: SECRET });
  const session = await made("/api/sessions", { situation: SECRET, user: user.id, agent: second });
  const docs = [
    await made(`/api/users/${user.id}/docs`, { title: "T", content: `${SECRET} harbour` }),
    await made(`/api/agents/${second}/docs`, { title: "T", content: `${SECRET} harbour` }),
  ];
  const chat = { messages: [{ role: "user", content: "hi" }] };
  const before = await everything();
  for (const [resource, subresource, operation, input] of [
    ["session", null, "list", {}],
    ["session", null, "create", { agent }],
    ["session", null, "get", { id: session.id }],
    ["session", null, "update", { id: session.id, situation: "changed" }],
    ["session", null, "patch", { id: session.id, situation: "changed" }],
    ["session", null, "history", { id: session.id }],
    ["session", null, "chat", { id: session.id, ...chat }],
    ["session", null, "delete", { id: session.id }],
    ["user", null, "list", {}],
    ["user", null, "create", { name: "new" }],
    ["user", null, "get", { id: user.id }],
    ["user", null, "update", { id: user.id, name: "changed" }],
    ["user", null, "patch", { id: user.id, name: "changed" }],
    ["user", null, "create_or_update", { id: user.id, name: "changed" }],
    ["user", null, "delete", { id: user.id }],
    ["user", "doc", "list", { id: user.id }],
    ["user", "doc", "search", { id: user.id, text: "harbour" }],
    ["user", "doc", "create", { id: user.id, title: "new", content: "new" }],
    ["user", "doc", "delete", { id: user.id, doc_id: docs[0].id }],
    ["agent", null, "create", { name: "new" }],
    ["agent", null, "get", { id: second }],
    ["agent", null, "update", { id: second, name: "changed" }],
    ["agent", null, "patch", { id: second, name: "changed" }],
    ["agent", null, "create_or_update", { id: second, name: "changed" }],
    ["agent", null, "create_or_update", { id: crypto.randomUUID(), name: "new" }],
    ["agent", null, "delete", { id: second }],
    ["agent", "doc", "list", { id: second }],
    ["agent", "doc", "search", { id: second, text: "harbour" }],
    ["agent", "doc", "create", { id: second, title: "new", content: "new" }],
    ["agent", "doc", "delete", { id: second, doc_id: docs[1].id }],
    ["doc", null, "get", { id: docs[0].id }],
    ["doc", null, "get", { id: docs[1].id }],
    ["doc", null, "embed", { text: "x" }],
    ["job", null, "get", { id: crypto.randomUUID() }],
  ] as const) {
    const output = await askAssistant(key, { resource, subresource, operation }, input, agent);
    expect([resource, subresource, operation, output]).toEqual([
      resource,
      subresource,
      operation,
      expect.stringMatching(/^\{"error":/u),
    ]);
    expect(output).not.toContain(SECRET);
  }
  expect(await everything()).toEqual(before);

  const listed = JSON.parse(await askAssistant(key, { resource: "agent", operation: "list" }, {}, agent));
  expect(listed.items.map(({ id }: { id: string }) => id)).toEqual([agent]);
});

/** How much there is of everything, and what it says. */
async function everything() {
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(
    `select (select json_agg(json_build_array(id, name, about) order by id) from "Agent") as agents,
       (select json_agg(json_build_array(id, name) order by id) from "User") as users,
       (select json_agg(json_build_array(id, situation) order by id) from "Session") as sessions,
       (select json_agg(id order by id) from "Doc") as docs`,
  );
  return rows;
}

test("C11: a key of one agent reads that agent and its docs through tools, and writes no docs, as over HTTP", async () => {
  const agent = await agentWith([], { about: "a guide" });
  const doc = await made(`/api/agents/${agent}/docs`, { title: "T", content: "the harbour" });
  const key = await keyOf({ agent_id: agent });
  const ask = (spec: object, input: object) => askAssistant(key, spec, input, agent);
  expect(await ask({ resource: "agent", operation: "get" }, { id: agent.toUpperCase() })).toContain("a guide");
  expect(await ask({ resource: "doc", operation: "get" }, { id: doc.id })).toContain("harbour");
  const docs = (operation: string) => ({ resource: "agent", subresource: "doc", operation });
  expect(await ask(docs("search"), { id: agent, text: "harbour" })).toContain("the harbour");
  expect(await ask(docs("list"), { id: agent })).toContain("harbour");
  expect(await ask(docs("delete"), { id: agent, doc_id: doc.id })).toMatch(/^\{"error":/u);
  expect(await ask(docs("create"), { id: agent, title: "new", content: "new" })).toMatch(/^\{"error":/u);
  expect((await api.call("GET", `/api/agents/${agent}/docs`)).body.items).toHaveLength(1);
});

test("C11: a key that does not reach Julep's API runs none of its operations through another dialect", async () => {
  await secretSession();
  const spec = { resource: "session", operation: "list" };
  expect(await askAssistant(await keyOf({}), spec, {})).toContain(SECRET);
  expect(await askAssistant(await keyOf({ scopes: ["assistants", "julep"] }), spec, {})).toContain(SECRET);
  const narrow = await askAssistant(await keyOf({ scopes: ["assistants"] }), spec, {});
  expect(narrow).toMatch(/^\{"error":/u);
  expect(narrow).not.toContain(SECRET);

  const bot = await agentWith([sessionList, echo]);
  const botKey = await keyOf({ scopes: ["bots"] });
  const asked = await askBot(bot, botKey, { name: "sessions", input: {} });
  expect(asked.offered).toEqual(["echo"]);
  expect(asked.output).not.toContain(SECRET);
});

test("C11: so does a key of LlamaCloud's dialect alone, in a turn that is stored", async () => {
  await secretSession();
  const agent = await agentWith([sessionList, echo]);
  const { session_id } = await made("/api/v1/chat", {});
  call = { name: "sessions", input: {} };
  const ask = async (key: string) => {
    api.model.clearRequests();
    const body = { index_ids: [], prompt: "hi", agent_id: agent };
    await api.call("POST", `/api/v1/chat/${session_id}/messages/stream`, { body, key });
    return seen();
  };
  expect((await ask(await keyOf({}))).output).toContain(SECRET);
  const narrow = await ask(await keyOf({ scopes: ["llamacloud"] }));
  expect(narrow.offered).not.toContain("sessions");
  expect(narrow.offered).toContain("echo");
  expect(narrow.output).not.toContain(SECRET);
});
