import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { defaultSettingVariables, recallVariables } from "../core/render/setting-variables.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { insertGuest } from "./accounts.ts";
import { changeAgent, ensureDefaultAgent, findAgents } from "./agents.ts";
import { type Database, openDatabase } from "./database.ts";
import { insertSession } from "./new-session.ts";
import { changeSettings, findSession } from "./sessions.ts";

const root = join(import.meta.dirname, "../..");
let database: Database;
let own: { readonly accountId: string; readonly agentId: string; readonly sessionId: string };

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root });
});
afterAll(() => database.close());

beforeEach(async () => {
  const { id: accountId } = await insertGuest(database, newId());
  const { agentId, projectId } = await ensureDefaultAgent(database, accountId, { id: newId(), systemTemplate: "" });
  const sessionId = newId();
  await insertSession(database, accountId, { ...NOTHING, id: sessionId, branchId: newId(), projectId });
  own = { accountId, agentId, sessionId };
});

const OLD_SETTINGS = {
  model: "m",
  temperature: 0.5,
  top_p: 0.25,
  min_p: 0.1,
  frequency_penalty: -1,
  presence_penalty: 1,
  max_tokens: 9,
  stop: ["a", "b"],
  seed: 7,
  logit_bias: { z: 1, a: -2.5 },
  response_format: { type: "json_schema", json_schema: { name: "n", schema: { z: 1, a: { b: [] } } } },
  own: { z: [1, "2"], a: null },
  max_length: null,
};

test("settings that were stored in Julep's spelling come into our words, what they cannot say beside them", async () => {
  expect(await migratedAgent(OLD_SETTINGS)).toMatchObject({
    settings: {
      model: "m",
      temperature: 0.5,
      topP: 0.25,
      frequencyPenalty: -1,
      presencePenalty: 1,
      maxTokens: 9,
      stop: ["a", "b"],
      seed: 7,
      logitBias: { z: 1, a: -2.5 },
      responseFormat: { type: "json_schema", schema: { z: 1, a: { b: [] } }, beside: { name: "n" } },
    },
    extraSettings: { min_p: 0.1, own: { z: [1, "2"], a: null }, max_length: null },
  });
});

test.each<[string, object]>([
  ["all of them", OLD_SETTINGS],
  ["none", {}],
  ["one", { seed: 0 }],
  ["none that is known", { min_p: 0.5, own: "kept" }],
  ["nulls", { temperature: null, stop: null, model: "", response_format: null, logit_bias: null }],
  ["empty lists", { stop: [], logit_bias: {} }],
  ["a schema alone", { response_format: { type: "json_schema", json_schema: { type: "object", z: 1 } } }],
  ["a schema beside nothing", { response_format: { type: "json_schema", json_schema: { schema: {} } } }],
  ["an empty schema", { response_format: { type: "json_schema", json_schema: {} } }],
  ["a plain format", { response_format: { type: "text" } }],
  ["a format of objects", { response_format: { type: "json_object" } }],
  [
    "what does not fit",
    {
      model: 1,
      temperature: "0.5",
      top_p: { of: 1 },
      max_tokens: [3],
      stop: ["a", 1],
      seed: true,
      logit_bias: { a: "1" },
      response_format: { type: "xml" },
    },
  ],
  ["schemas that do not fit", { stop: "a", logit_bias: [1], response_format: { type: "json_schema", json_schema: 1 } }],
  ["a format without a schema", { stop: [[]], logit_bias: 3, response_format: { type: "json_schema" } }],
  ["a format that is none", { response_format: "text" }],
])("settings of an agent that were stored in Julep's spelling say the same on the wire: %s", async (_, old) => {
  const agent = await migratedAgent(old);
  expect(agent && defaultSettingVariables(agent)).toEqual(old);
});

test.each<[string, unknown]>([
  ["nothing", null],
  ["a text", "x"],
  ["a list", [1]],
])("settings of an agent that are no object are nothing: %s", async (_, old) => {
  expect(await migratedAgent(old)).toMatchObject({ settings: {}, extraSettings: null });
});

test.each<[string, object]>([
  ["vector", { mode: "vector", limit: 3, lang: "de", metadata_filter: { z: 1, a: { max_tokens: 1 } }, confidence: -1 }],
  ["text", { mode: "text", trigram_similarity_threshold: null, include_embeddings: false }],
  ["hybrid", { mode: "hybrid", trigram_similarity_threshold: 0.3, alpha: 0.25, k_multiplier: 3, mmr_strength: 0 }],
  ["half", { num_search_messages: 2, max_query_length: 200 }],
  ["empty", {}],
])("recall options that were stored in Julep's spelling say the same on the wire: %s", async (_, old) => {
  const options = await migratedOptions(old);
  expect(options && recallVariables(options)).toEqual(old);
});

test("recall options come into our words, and what does not fit is left out", async () => {
  const fitting = { limit: 3, metadata_filter: { a: 1 }, trigram_similarity_threshold: 0.5 };
  const odd = {
    mode: "other",
    lang: 1,
    confidence: "0.5",
    alpha: null,
    include_embeddings: 1,
    own: 1,
    k_multiplier: [],
  };
  expect(await migratedOptions({ ...fitting, ...odd })).toEqual({
    limit: 3,
    metadataFilter: { a: 1 },
    trigramSimilarityThreshold: 0.5,
  });
  expect(await migratedOptions("x")).toBe(null);
  expect(await migratedOptions(null)).toBe(null);
});

test("rows that nobody of ours has written are read as those that say nothing, by changes too", async () => {
  await store({ topP: "much" }, { limit: "few" });
  const [agent] = await findAgents(database, own.accountId, [own.agentId]);
  expect(agent).toMatchObject({ settings: {}, extraSettings: null });
  const session = () => findSession(database, own.accountId, own.sessionId);
  expect(await session()).toMatchObject({ recallOptions: null });
  const seen: unknown[] = [];
  await changeAgent(database, own.accountId, own.agentId, (now) => {
    seen.push(now.settings);
    return { settings: { ...now.settings, seed: 1 } };
  });
  await changeSettings(database, own.accountId, own.sessionId, (now) => {
    seen.push(now.recallOptions);
    return { ...now, recallOptions: { limit: 2 } };
  });
  expect(seen).toEqual([{}, null]);
  expect(await findAgents(database, own.accountId, [own.agentId])).toMatchObject([{ settings: { seed: 1 } }]);
  expect(await session()).toMatchObject({ recallOptions: { limit: 2 } });
});

const NOTHING = {
  origin: "julep",
  situation: null,
  systemTemplate: null,
  renderTemplates: true,
  tokenBudget: null,
  contextOverflow: null,
  autoRunTools: false,
  forwardToolCalls: false,
  recallOptions: null,
  metadata: null,
  sharedAccess: "read_only",
  agentIds: [],
  userIds: [],
  indexIds: [],
};

/** Writes settings and options as they are, past what our own code would write. */
async function store(settings: unknown, options: unknown): Promise<void> {
  await database.pool.query(`update "Agent" set settings = $2::json where id = $1`, [
    own.agentId,
    JSON.stringify(settings),
  ]);
  await database.pool.query(`update "Session" set "recallOptions" = $2::jsonb where id = $1`, [
    own.sessionId,
    JSON.stringify(options),
  ]);
}

/** Stores rows as they were before the migration, and has it convert them. */
async function migrated(settings: unknown, options: unknown): Promise<void> {
  await store(settings, options);
  const folder = readdirSync(join(root, "prisma/migrations")).find((name) => name.endsWith("_model_settings")) ?? "";
  const migration = readFileSync(join(root, "prisma/migrations", folder, "migration.sql"), "utf8");
  await database.pool.query(migration.slice(migration.indexOf('UPDATE "Agent"')));
}

async function migratedAgent(settings: unknown) {
  await migrated(settings, null);
  const [agent] = await findAgents(database, own.accountId, [own.agentId]);
  return agent;
}

async function migratedOptions(options: unknown) {
  await migrated(null, options);
  return (await findSession(database, own.accountId, own.sessionId))?.recallOptions;
}
