import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";
let api: Api;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test.each<[string, object | null]>([
  ["none", null],
  ["an empty one", {}],
  ["known", { model: "test-model", temperature: 0, top_p: 1, max_tokens: 1, stop: ["a"], seed: -1 }],
  ["unknown", { own: { z: [1, null], a: "" }, temperatur: 1 }],
  ["of no use to us", { min_p: 0, repetition_penalty: 1, length_penalty: 2 }],
  ["null", { temperature: null, stop: null, min_p: null, logit_bias: null, response_format: null, model: "" }],
  ["a schema alone", { response_format: { type: "json_schema", json_schema: { type: "object", schema: 1 } } }],
  [
    "a named schema",
    { response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema: {} } } },
  ],
])("Julep gives an agent's settings back as they were given: %s", async (_, default_settings) => {
  const body = { name: "A", default_settings };
  const { id } = await made("/api/agents", body);
  expect(await julep(id)).toEqual(default_settings);
  const other = newId();
  await made(`/api/agents/${other}`, body);
  expect(await julep(other)).toEqual(default_settings);
  await made(`/api/agents/${other}`, { name: "A" });
  expect(await julep(other)).toBe(null);
  await api.call("PUT", `/api/agents/${other}`, { body });
  expect(await julep(other)).toEqual(default_settings);
  await api.call("PATCH", `/api/agents/${other}`, { body: { name: "B" } });
  expect(await julep(other)).toEqual(default_settings);
  await api.call("PATCH", `/api/agents/${other}`, { body: { default_settings: { seed: 5 } } });
  expect(await julep(other)).toEqual({ seed: 5 });
  await api.call("PATCH", `/api/agents/${id}`, { body: { default_settings: null } });
  expect(await julep(id)).toBe(null);
});

test("what other dialects change of an agent's settings leaves what only Julep's caller understands", async () => {
  const own = { min_p: 0.5, own: { temperature: 3 }, stop: null };
  const given = { ...own, temperature: 1, top_p: 1, max_tokens: 1, seed: 1 };
  const { id } = await made("/api/agents", { name: "A", default_settings: given });
  await api.call("POST", `${ASSISTANTS}/${id}`, { body: { temperature: 0.5, top_p: null } });
  expect(await julep(id)).toEqual({ ...own, temperature: 0.5, max_tokens: 1, seed: 1 });
  await api.call("PATCH", `/v1/bots/${id}`, { body: { max_tokens: 2, temperature: null } });
  expect(await julep(id)).toEqual({ ...own, max_tokens: 2, seed: 1 });
  const change = { temperature: 0.25, max_tokens: null };
  const web = await api.call("PATCH", `/api/app/agents/${id}`, { body: change });
  expect(web.body).toMatchObject(change);
  expect(await julep(id)).toEqual({ ...own, temperature: 0.25, seed: 1 });
  expect((await api.call("GET", `${ASSISTANTS}/${id}`)).body).toMatchObject({ temperature: 0.25, top_p: null });
  expect((await api.call("GET", `/v1/bots/${id}`)).body).toMatchObject({ temperature: 0.25, max_tokens: null });
});

test("settings of an agent that are taken out again leave none", async () => {
  const { id } = await made(ASSISTANTS, { name: "A", temperature: 1 });
  expect(await julep(id)).toEqual({ temperature: 1 });
  await api.call("POST", `${ASSISTANTS}/${id}`, { body: { temperature: null } });
  expect(await julep(id)).toBe(null);
});

test("rows hold settings and recall options in our own words", async () => {
  const agent = await made("/api/agents", { name: "A", default_settings: { top_p: 0.5, max_tokens: 2, min_p: 0 } });
  const session = await made("/api/sessions", { agent: agent.id, recall_options: { mode: "text", limit: 2 } });
  const { pool } = api.server.parley.ports.database;
  const rows = await pool.query(`select settings, "extraSettings" from "Agent" where id = $1`, [agent.id]);
  expect(rows.rows).toEqual([{ settings: { topP: 0.5, maxTokens: 2 }, extraSettings: { min_p: 0 } }]);
  const options = await pool.query(`select "recallOptions" from "Session" where id = $1`, [session.id]);
  expect(options.rows).toEqual([
    {
      recallOptions: {
        mode: "text",
        limit: 2,
        lang: "en-US",
        metadataFilter: {},
        numSearchMessages: 4,
        maxQueryLength: 1000,
        includeEmbeddings: true,
        trigramSimilarityThreshold: null,
      },
    },
  ]);
});

test("a session's recall options have the keys of their mode, whatever mode came before", async () => {
  const agent = await made("/api/agents", { name: "A" });
  const { id, recall_options } = await made("/api/sessions", { agent: agent.id, recall_options: { confidence: 0.9 } });
  expect(recall_options).toMatchObject({ mode: "vector", confidence: 0.9, mmr_strength: 0.5 });
  const patch = async (options: object) =>
    (await api.call("PATCH", `/api/sessions/${id}`, { body: { recall_options: options } })).body.recall_options;
  expect(await patch({ mode: "text", metadata_filter: { max_tokens: 1 } })).not.toHaveProperty("confidence");
  const hybrid = { mode: "hybrid", alpha: 0.5, k_multiplier: 7, confidence: 0.5, metadata_filter: { max_tokens: 1 } };
  expect(await patch({ mode: "hybrid" })).toMatchObject(hybrid);
  const saved = await api.call("POST", `/api/sessions/${id}`, {
    body: { agent: agent.id, recall_options: { limit: 1 } },
  });
  expect(saved.body.recall_options).toMatchObject({ mode: "vector", limit: 1, metadata_filter: {} });
  expect((await api.call("GET", `/api/sessions/${id}`)).body.recall_options).toEqual(saved.body.recall_options);
});

test("templates know settings and recall options by the names of the contract", async () => {
  const default_settings = { top_p: 0.5, own: "kept", max_tokens: 7 };
  const agent = await made("/api/agents", { name: "A", default_settings });
  const { id } = await made("/api/sessions", {
    agent: agent.id,
    recall_options: { mode: "text", max_query_length: 200 },
    system_template: [
      "{{ settings.top_p }} {{ settings.max_tokens }} {{ settings.seed }} {{ settings.temperature }}",
      "{{ agent.default_settings.own }} {{ agent.default_settings.top_p }} {{ agents[0].default_settings | length }}",
      "{{ session.recall_options.max_query_length }} {{ session.recall_options.mode }}",
    ].join("\n"),
  });
  const body = { messages: [{ role: "user", content: "hi" }], temperature: 0.25 };
  const { body: shown } = await api.call("POST", `/api/sessions/${id}/render`, { body });
  expect(shown.messages[0].content).toBe("0.5 7 none 0.25\nkept 0.5 3\n200 text");
});

const julep = async (id: string) => (await api.call("GET", `/api/agents/${id}`)).body.default_settings;

async function made(path: string, body: object) {
  const answer = await api.call("POST", path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}
