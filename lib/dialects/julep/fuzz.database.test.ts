import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { routeTable } from "../../testing/server.ts";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

// Generated requests to every endpoint: valid, nearly valid and hostile. FUZZ=20000 runs so many; fewer else.

const RUNS = Number(process.env.FUZZ ?? 500);
const LONGEST_MS = 10_000;
/** Memory that a run of any length may hold at its end beyond what it held after its first tenth. */
const GROWTH_BYTES = 60 * 1024 * 1024;
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

let julep: JulepServer;
let ids: Record<string, string>;
beforeAll(async () => {
  julep = await openJulep();
  julep.model.on({ predicate: ({ tools }) => (tools?.length ?? 0) > 0 && Math.random() < 0.3 }, ({ tools }) => ({
    toolCalls: [{ name: tools?.[0]?.function.name ?? "x", arguments: '{"id":"x"}' }],
  }));
  julep.model.on({ predicate: () => true }, { content: "Yes." });
  ids = await makeThings();
});
afterAll(() => julep.close());

const OTHERS = /^\/api(?:\/v1|\/app|\/auth|\/cron|\/health|\/metrics|\/openapi)|^\/(?:s|sign-in|v1|docs)\b/u;
const routes = routeTable().filter(({ path }) => path.startsWith("/") && !OTHERS.test(path));

const message = { role: "user", content: "hi there" };
const tool = { name: "look", type: "function", description: "d", function: { parameters: { type: "object" } } };
const system = { name: "api", type: "system", system: { resource: "user", operation: "list" } };
const call = { name: "site", type: "api_call", api_call: { method: "GET", url: "http://127.0.0.1:9/" } };
const chat = {
  messages: [
    message,
    { role: "assistant", content: "{{ agent.name }}" },
    { role: "tool", tool_call_id: "x", content: "y" },
  ],
  tools: [tool, system, call],
  tool_choice: "auto",
  recall: true,
  save: true,
  stream: false,
  stop: ["END"],
  seed: 1,
  max_tokens: 10,
  temperature: 1,
  metadata: { mood: "x" },
  auto_run_tools: true,
  response_format: { type: "json_schema", json_schema: { type: "object" } },
};
const agent = {
  name: "Ada",
  canonical_name: null,
  about: "a tutor",
  instructions: ["Be brief"],
  default_settings: { temperature: 0.5, stop: ["x"] },
  default_system_template: "{{ agent.name }}{% for d in docs %}{{ d.title }}{% endfor %}",
  metadata: { a: { b: 1 } },
};
const session = {
  situation: "exam {{ agent.name }}",
  system_template: "{{ agent.name }} {{ metadata.mood }}",
  render_templates: true,
  token_budget: 500,
  context_overflow: "adaptive",
  auto_run_tools: true,
  recall_options: { mode: "hybrid", limit: 3, trigram_similarity_threshold: 0.3, metadata_filter: { a: 1 } },
  metadata: { a: 1 },
};
const doc = { title: "T", content: ["harbour", "apples"], metadata: { a: 1 }, embed_instruction: "x" };

/** A valid body for each endpoint that takes one, by the end of its path. */
const BODIES: readonly (readonly [RegExp, object])[] = [
  [/\/chat$|\/render$/u, chat],
  [/\/docs$/u, doc],
  [/\/search$/u, { text: "harbour", vector: [1, 2], limit: 3, alpha: 0.5 }],
  [/\/embed$/u, { text: ["a", "b"] }],
  [/\/tools(?:\/\[toolId\])?$/u, tool],
  [/\/agents/u, agent],
  [/\/users/u, { name: "Bo", about: "x", metadata: { a: 1 } }],
  [/\/sessions/u, session],
  [/\/projects$/u, { name: "P", canonical_name: "p_1" }],
];

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  Number.MAX_SAFE_INTEGER,
  2 ** 40,
  0.1,
  "",
  " ",
  "\u0000",
  "\ud800",
  "x".repeat(70_000),
  "{{ 1/0 }}",
  "{% for i in range(1000000) %}{% for j in range(1000000) %}x{% endfor %}{% endfor %}",
  "{{ 'a' * 100000000 }}",
  "{{ ''.__class__ }}{{ agent.constructor }}",
  "{% if %}",
  "' or 1=1 --",
  "data:image/png;base64,AAAA",
  "http://169.254.169.254/",
  "../../etc/passwd",
  "019aa000-0000-7000-8000-000000000000",
  "not-a-uuid",
  [],
  [[[[[]]]]],
  new Array(300).fill("x"),
  {},
  JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{}},"toString":1}'),
  { $ref: "#" },
  { a: { b: { c: { d: { e: {} } } } } },
];

const fault = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue()),
  kind: fc.nat(3),
});
const query = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  fc.constantFrom(
    "?limit=0",
    "?limit=-1",
    "?limit=1001",
    "?offset=99999999999999999999",
    "?sort_by=x",
    "?direction=asc&sort_by=updated_at",
    "?metadata_filter.a=1",
    "?metadata_filter[a][b]=%00",
    "?metadata_filter.=&metadata_filter[]=x",
    "?include_embeddings=maybe",
    "?source=x&source=api_request",
    "?connection_pool=x",
    "?limit=1e3&limit=2",
    "?%ff=%ff",
  ),
);
type Target = { readonly path: string; readonly method: string };
const requestTo = (targets: readonly Target[]) =>
  fc.record({
    target: fc.constantFrom(...targets),
    faults: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fault, { minLength: 1, maxLength: 3 })),
    raw: fc.oneof(
      { weight: 12, arbitrary: fc.constant(null) },
      fc.constantFrom("", "null", "{", "[]", '{"a":1e999}', "[".repeat(5000), '{"a":"\\ud800"}', '"x"', "\ufeff{}"),
      fc.string({ unit: "binary", maxLength: 50 }),
    ),
    id: fc.oneof(
      { weight: 8, arbitrary: fc.constant(null) },
      fc.constantFrom("x", "%00", "..%2f..", "0".repeat(3000), "019aa000-0000-7000-8000-000000000000", "%F0%9F%98%80"),
    ),
    query,
  });
type Made = ReturnType<typeof requestTo> extends fc.Arbitrary<infer One> ? One : never;

/** Every path with the methods that it offers, and with one that it does not. */
async function targets(): Promise<Target[]> {
  const found: Target[] = [];
  for (const { path } of routes) {
    const allowed = (await julep.call("OPTIONS", filled(path))).headers.get("allow") ?? "";
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    const offered = methods.filter((method) => allowed.includes(method));
    const other = methods.find((method) => !allowed.includes(method));
    found.push(...offered.map((method) => ({ path, method })), ...(other ? [{ path, method: other }] : []));
  }
  return found;
}

const filled = (path: string, id: string | null = null): string =>
  path
    .replaceAll(/\[\.\.\.\w+\]/g, "no/such/path")
    .replaceAll(/\[(\w+)\]/g, (_, name: string) => id ?? ids[name] ?? newId());

test(`${RUNS} generated requests get an answer in the contract's shape, never a 5xx`, async () => {
  const counts: Record<string, number> = {};
  let done = 0;
  let early = 0;
  await fc.assert(
    fc.asyncProperty(requestTo(await targets()), async (made) => {
      const startedAt = performance.now();
      const { status, body } = await send(made);
      expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS);
      expect([status, body.error?.message]).toEqual([expect.toSatisfy((code) => code < 500), body.error?.message]);
      if (status >= 400) checkShape(status, body);
      counts[status] = (counts[status] ?? 0) + 1;
      if (++done === Math.floor(RUNS / 10)) early = heldBytes();
      if (done % 100 === 0) await sweep();
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  const growth = heldBytes() - early;
  if (process.env.FUZZ) console.log({ counts, growthMegabytes: Math.round(growth / 1e6) });
  expect(growth).toBeLessThan(GROWTH_BYTES);
  // All kinds of answers came.
  expect(Object.keys(counts)).toEqual(expect.arrayContaining(["200", "201", "400", "404", "405", "422"]));
}, 1_800_000);

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function send({ target: { path, method }, faults, raw, id, query }: Made) {
  const valid = BODIES.find(([pattern]) => pattern.test(path))?.[1] ?? {};
  const withPeople = { ...valid, ...(path === "/api/sessions" ? { agent: ids.agentId, user: ids.userId } : {}) };
  const body = raw ?? JSON.stringify(spoiled(withPeople, faults));
  const answer = await julep.call(method, `${filled(path, id)}${query}`, method === "GET" ? {} : { body });
  if (method === "DELETE" && answer.status === 202) ids = { ...ids, ...(await makeThings()) };
  return answer;
}

/** A body with faults in it: a value replaced, a key gone, a key more, or a text that is not what it was. */
function spoiled(body: object, faults: Made["faults"]): unknown {
  const copy = structuredClone(body);
  for (const { at, value, kind } of faults) {
    const places: (readonly [Record<string, unknown>, string])[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      for (const key of Object.keys(node)) {
        places.push([node as Record<string, unknown>, key]);
        walk((node as Record<string, unknown>)[key]);
      }
    };
    walk(copy);
    const [holder, key] = places[at % Math.max(1, places.length)] ?? [];
    if (!holder || key === undefined) continue;
    if (kind === 0) delete holder[key];
    else if (kind === 1) holder[`${key}_`] = structuredClone(value);
    else holder[key] = structuredClone(value);
  }
  return copy;
}

/** The contract, 1.5. */
function checkShape(status: number, body: { error?: { details?: unknown[] } }): void {
  expect([status, body]).toEqual([
    status,
    {
      error: expect.objectContaining({
        message: expect.any(String),
        code: expect.stringMatching(/^(?:http_\d{3}|validation_error|prompt_too_big|llm_bad_request)$/),
        type: expect.any(String),
      }),
      message: expect.any(String),
    },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/\bat \S+:\d+|node_modules|select .* from/iu);
  if (status !== 422) return;
  expect(body.error?.details?.length).toBeGreaterThan(0);
  for (const detail of body.error?.details ?? []) {
    expect(detail).toMatchObject({
      type: expect.any(String),
      msg: expect.any(String),
      loc: expect.any(String),
      fix: expect.any(String),
    });
  }
}

async function makeThings(): Promise<Record<string, string>> {
  const made = async (path: string, body: object): Promise<string> =>
    (await julep.call("POST", path, { body })).body.id;
  const agentId = await made("/api/agents", { name: "Ada" });
  const userId = await made("/api/users", { name: "Bo" });
  return {
    agentId,
    userId,
    sessionId: await made("/api/sessions", { ...session, agent: agentId, user: userId }),
    toolId: await made(`/api/agents/${agentId}/tools`, tool),
    docId: await made(`/api/agents/${agentId}/docs`, { title: newId(), content: "harbour" }),
  };
}

/** Takes away what the run has made, so that lists stay as short as they are for people. */
async function sweep(): Promise<void> {
  const { pool } = julep.server.parley.ports.database;
  await pool.query('delete from "Session" where id <> $1', [ids.sessionId]);
  await pool.query('delete from "Agent" where id <> $1', [ids.agentId]);
  await pool.query('delete from "User" where id <> $1', [ids.userId]);
  julep.model.clearRequests();
}
