import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";
let api: Api;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** Metadata under many keys, each in a change of its own. */
const keys = Array.from({ length: 12 }, (_, n) => ({ [`key-${n}`]: n }));
const changes = (...named: object[]) => [...named, ...keys.map((metadata) => ({ metadata }))];

test("C12: Julep: changes of an agent that come at once all stay", async () => {
  const { id } = await made("/api/agents", { name: "Before", metadata: { old: true }, default_settings: { seed: 1 } });
  const settings = { temperature: 0.5, response_format: { type: "json_schema", json_schema: { z: 1, a: 2 } } };
  const wanted = { name: "After", about: "about", instructions: ["a", "b"], model: "test-model" };
  const named = Object.entries({ ...wanted, default_settings: settings, canonical_name: "other_name" });
  await atOnce("Agent", id, "PATCH", `/api/agents/${id}`, changes(...named.map(([key, value]) => ({ [key]: value }))));
  const { body } = await api.call("GET", `/api/agents/${id}`);
  expect(body).toMatchObject({ ...wanted, canonical_name: "other_name", default_settings: settings });
  expect(body.metadata).toEqual(Object.assign({ old: true }, ...keys));
});

test("C12: Julep: changes of a user that come at once all stay", async () => {
  const { id } = await made("/api/users", { name: "Before", metadata: { old: true } });
  await atOnce("User", id, "PATCH", `/api/users/${id}`, changes({ name: "After" }, { about: "about" }));
  const { body } = await api.call("GET", `/api/users/${id}`);
  expect(body).toMatchObject({ name: "After", about: "about", metadata: Object.assign({ old: true }, ...keys) });
});

test("C12: Julep: changes of a session that come at once all stay, its recall options too", async () => {
  const agent = await made("/api/agents", { name: "A" });
  const recall = { mode: "hybrid", limit: 5 };
  const { id } = await made("/api/sessions", { agent: agent.id, recall_options: recall, metadata: { old: true } });
  const wanted = {
    situation: "here",
    system_template: "template",
    render_templates: false,
    token_budget: 500,
    context_overflow: "truncate",
    auto_run_tools: true,
    forward_tool_calls: true,
  };
  const named = Object.entries(wanted).map(([key, value]) => ({ [key]: value }));
  const options = [{ limit: 7 }, { alpha: 0.25 }, { confidence: 0.75 }, { k_multiplier: 3 }];
  const recalls = options.map((recall_options) => ({ recall_options }));
  await atOnce("Session", id, "PATCH", `/api/sessions/${id}`, changes(...named, ...recalls));
  const { body } = await api.call("GET", `/api/sessions/${id}`);
  expect(body).toMatchObject({ ...wanted, recall_options: Object.assign({ mode: "hybrid" }, ...options) });
  expect(body.metadata).toEqual(Object.assign({ old: true }, ...keys));
});

test("C12: Julep: changes of a tool that come at once all stay", async () => {
  const agent = await made("/api/agents", { name: "A" });
  const spec = { type: "function", function: { name: "f", parameters: { type: "object" } } };
  const { id } = await made(`/api/agents/${agent.id}/tools`, { name: "before", ...spec });
  const other = { function: { name: "g", description: "d", parameters: null } };
  await atOnce("Tool", id, "PATCH", `/api/agents/${agent.id}/tools/${id}`, [
    { name: "after" },
    { description: "says what it does" },
    other,
  ]);
  const { body } = await api.call("GET", `/api/agents/${agent.id}/tools`);
  expect(body.items).toMatchObject([{ name: "after", description: "says what it does", ...other }]);
});

test("C12: assistants: changes that come at once all stay, settings too", async () => {
  const { id } = await made(ASSISTANTS, { name: "Before", metadata: { old: "yes" } });
  const wanted = {
    name: "After",
    description: "about",
    instructions: "Be kind.",
    temperature: 0.5,
    top_p: 0.25,
    session_max_ttl: 3600,
  };
  const named = Object.entries(wanted).map(([key, value]) => ({ [key]: value }));
  const texts = keys.map((one) => ({ metadata: Object.fromEntries(Object.entries(one).map(([k, v]) => [k, `${v}`])) }));
  await atOnce("Agent", id, "POST", `${ASSISTANTS}/${id}`, [...named, ...texts]);
  const { body } = await api.call("GET", `${ASSISTANTS}/${id}`);
  expect(body).toMatchObject({ ...wanted, metadata: { old: "yes", "key-0": "0", "key-11": "11" } });
});

test("C12: bots: changes that come at once all stay, settings too", async () => {
  const { uid } = await made("/v1/bots", { name: "Before" });
  const wanted = {
    name: "After",
    description: "about",
    instructions: "Be kind.",
    temperature: 0.5,
    max_tokens: 77,
    slug: "bot-of-many-changes",
    is_public: true,
  };
  const named = Object.entries(wanted).map(([key, value]) => ({ [key]: value }));
  await atOnce("Agent", uid, "PATCH", `/v1/bots/${uid}`, named);
  expect((await api.call("GET", `/v1/bots/${uid}`)).body).toMatchObject(wanted);
});

test("C12: web: changes of an agent that come at once all stay, settings too", async () => {
  const { id } = await made("/api/app/agents", { name: "Before" });
  const wanted = {
    name: "After",
    about: "about",
    instructions: "Be kind.",
    temperature: 0.5,
    max_tokens: 77,
    allow_caller_system_messages: true,
    session_max_ttl: 60,
  };
  const named = Object.entries(wanted).map(([key, value]) => ({ [key]: value }));
  await atOnce("Agent", id, "PATCH", `/api/app/agents/${id}`, named);
  expect((await api.call("GET", `/api/app/agents/${id}`)).body).toMatchObject(wanted);
});

test("C12: LlamaCloud: a title and flags that come at once all stay", async () => {
  const { session_id: id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  const named = [{ generated_title: "Mine" }, { pinned: true }, { archived: true }];
  await atOnce("Session", id, "PATCH", `/api/v1/chat/${id}`, named);
  const { body } = await api.call("GET", `/api/v1/chat/${id}?details=1`);
  expect(body).toMatchObject({ generated_title: "Mine", pinned: true, archived: true });
});

test("C12: Julep: what is made or set under one id at once is made once and set by the others", async () => {
  const agent = await made("/api/agents", { name: "A" });
  const nouns = [
    ["agents", { name: "A" }],
    ["users", { name: "U" }],
    ["sessions", { agent: agent.id }],
  ] as const;
  for (const [noun, body] of nouns) {
    const id = newId();
    const answers = await Promise.all(
      keys.map((metadata) => api.call("POST", `/api/${noun}/${id}`, { body: { ...body, metadata } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 201));
    expect(keys).toContainEqual((await api.call("GET", `/api/${noun}/${id}`)).body.metadata);
  }
});

async function made(path: string, body: object) {
  const answer = await api.call("POST", path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

/**
 * Sends changes at once. On a server their row is held until all of them have begun and one waits for it, so that every
 * read that takes no lock comes before the first write; the embedded database would let nobody in meanwhile.
 */
async function atOnce(table: string, id: string, method: string, path: string, bodies: readonly object[]) {
  const { database } = api.server.parley.ports;
  const holder = database.kind === "postgresql" ? await database.pool.connect() : null;
  await holder?.query("begin");
  await holder?.query(`select from "${table}" where id = $1 for update`, [id]);
  const answers = bodies.map((body) => api.call(method, path, { body }));
  if (holder) {
    await expect
      .poll(async () => (await holder.query("select from pg_locks where not granted")).rowCount, { interval: 5 })
      .toBeGreaterThan(0);
    await holder.query("commit");
    holder.release();
  }
  for (const answer of await Promise.all(answers)) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
}
