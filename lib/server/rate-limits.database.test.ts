import { afterEach, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { parley } from "./parley.ts";
import { openRateLimits } from "./rate-limits.ts";

const LIMIT = 20;

let api: Api | null = null;
afterEach(async () => {
  await api?.close();
  api = null;
});

async function open(environment: Readonly<Record<string, string>>): Promise<Api> {
  for (const name of [
    "TURNS_PER_MINUTE",
    "KEY_TURNS_PER_MINUTE",
    "TURNS_AT_ONCE",
    "TOKENS_PER_DAY",
    "REQUESTS_PER_MINUTE",
    "TRUSTED_PROXIES",
  ])
    delete process.env[name];
  api = await openApi(environment);
  api.model.onMessage(/slow/s, { content: "word ".repeat(200) }, { latency: 20 });
  api.model.onMessage(/.*/s, { content: "Hello." });
  return api;
}

async function session({ call }: Api, key?: string): Promise<string> {
  const { body } = await call("POST", "/api/agents", { key, body: { name: "Ada" } });
  return (await call("POST", "/api/sessions", { key, body: { agent: body.id } })).body.id;
}

const ask = { messages: [{ role: "user", content: "hi" }], save: false };
const bot = { bot_slug: "taxson", prompt: "hi", stream: false };

test(`of 200 turns at once ${LIMIT} run; the others are told when to come back, in each dialect's shape`, async () => {
  const { call, model } = await open({ TURNS_PER_MINUTE: String(LIMIT) });
  const id = await session(api as Api);
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => call("POST", `/api/sessions/${id}/chat`, { body: ask })),
  );
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(LIMIT);
  expect(statuses.filter((status) => status === 429)).toHaveLength(200 - LIMIT);
  expect(model.getRequests().length).toBe(LIMIT);
  const refused = answers.find((answer) => answer.status === 429);
  const seconds = Number(refused?.headers.get("retry-after"));
  expect([seconds >= 1, seconds <= 60]).toEqual([true, true]);
  expect(refused?.headers.get("ratelimit-limit")).toBe(String(LIMIT));
  expect(refused?.headers.get("ratelimit-remaining")).toBe("0");
  const message = `The limit of ${LIMIT} turns a minute is reached`;
  expect(refused?.body).toMatchObject({ error: { code: "http_429", message } });

  const { session_id } = (await call("POST", "/api/v1/chat", { body: {} })).body;
  const stream = await call("POST", `/api/v1/chat/${session_id}/messages/stream`, {
    body: { index_ids: [], prompt: "hi" },
  });
  expect([stream.status, stream.body]).toEqual([429, { detail: message }]);
  const bots = await call("POST", "/v1/chat", { body: bot });
  expect([bots.status, bots.body, bots.headers.get("retry-after") !== null]).toEqual([
    429,
    { detail: "Rate limit exceeded" },
    true,
  ]);
  const { items } = (await call("GET", "/v1/bots")).body;
  const completion = await call("POST", `/api/v1/compatibility/openai/v1/assistants/${items[0].uid}/chat/completions`, {
    body: { messages: ask.messages },
  });
  expect([completion.status, completion.body]).toEqual([
    429,
    {
      detail: "Rate limit exceeded",
      error: { message: "Rate limit exceeded", type: "rate_limit_error", param: null, code: "rate_limit_exceeded" },
    },
  ]);
});

test("another account has a count of its own, and what is refused or runs no turn does not count", async () => {
  const { call, server } = await open({ TURNS_PER_MINUTE: String(LIMIT) });
  const { key } = await server.makeAccount();
  const id = await session(api as Api, key);
  const chat = (body: object) => call("POST", `/api/sessions/${id}/chat`, { body, key });
  const first = await chat(ask);
  expect([first.status, first.headers.get("ratelimit-remaining")]).toEqual([201, String(LIMIT - 1)]);
  for (let n = 0; n < 5; n++) await call("POST", `/api/sessions/${id}/render`, { body: ask, key });
  expect((await chat({ messages: [] })).status).toBe(422);
  expect((await chat({ ...ask, model: "nobody's" })).status).toBe(400);
  expect((await chat(ask)).headers.get("ratelimit-remaining")).toBe(String(LIMIT - 2));
});

test("each key has a count of its own, and under it each end user", async () => {
  const { call, makeKey } = await open({ KEY_TURNS_PER_MINUTE: "2" });
  const second = (await makeKey()).key;
  const statuses = async (count: number, key?: string, user_id?: string) => {
    const all = [];
    for (let n = 0; n < count; n++)
      all.push((await call("POST", "/v1/chat", { body: { ...bot, user_id }, key })).status);
    return all;
  };
  expect(await statuses(3)).toEqual([200, 200, 429]);
  expect(await statuses(3, second)).toEqual([200, 200, 429]);
  expect(await statuses(3, undefined, "ada")).toEqual([200, 200, 429]);
  expect(await statuses(3, undefined, "bob")).toEqual([200, 200, 429]);
});

test("so many turns run at once, and one more when one has ended", async () => {
  const { call, send } = await open({ TURNS_AT_ONCE: "3" });
  const stream = { ...bot, prompt: "slow", stream: true };
  const answers = await Promise.all(Array.from({ length: 10 }, () => send("POST", "/v1/chat", { body: stream })));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(3).fill(200), ...Array(7).fill(429)]);
  expect((await call("POST", "/v1/chat", { body: bot })).headers.get("retry-after")).toBe("2");
  await Promise.all(answers.map((answer) => answer.text()));
  expect((await call("POST", "/v1/chat", { body: bot })).status).toBe(200);
});

test("tokens of a day are reserved before a turn and settled after it", async () => {
  const { call } = await open({ TOKENS_PER_DAY: "1300" });
  const one = (max_tokens: number, content = "hi") =>
    call("POST", "/api/v1/compatibility/openai/v1/assistants/edf826b8-1b75-4f57-bd26-641c897f9c1e/chat/completions", {
      body: { messages: [{ role: "user", content }], max_tokens },
    });
  expect((await one(2000)).status).toBe(429);
  // Each reserves a thousand tokens and uses few of them.
  for (let n = 0; n < 3; n++) expect((await one(1000)).status).toBe(200);
  const both = await Promise.all([one(1000, "slow"), one(1000, "slow")]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
  // A restart forgets none of it.
  const { settings, ports } = await parley();
  const limits = openRateLimits({ ...ports, redis: null, settings });
  const { ownerId } = await parley();
  await expect(
    limits.admit({ accountId: ownerId, keyId: null }, { isTurn: true, tokens: 1250 }, () => {}),
  ).rejects.toThrow(/tokens a day/u);
});

test("requests from one address are counted, whatever they are, by what a trusted proxy says", async () => {
  const { call } = await open({ REQUESTS_PER_MINUTE: "3", TRUSTED_PROXIES: "1" });
  const from = async (address: string) =>
    (await call("GET", "/api/agents", { headers: { "x-forwarded-for": `6.6.6.6, ${address}` }, key: "wrong key" }))
      .status;
  for (const status of [403, 403, 403, 429]) expect(await from("203.0.113.5")).toBe(status);
  expect(await from("203.0.113.6")).toBe(403);
});
