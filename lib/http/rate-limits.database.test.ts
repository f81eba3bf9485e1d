import { afterAll, beforeAll, expect, test } from "vitest";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../testing/server.ts";

const LIMIT = 20;

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ environment: { TURNS_PER_MINUTE: String(LIMIT) } });
  server.model.onMessage(/.*/s, { content: "Hello." });
});
afterAll(() => server.close());

async function post(path: string, key: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  return server.fetch(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function session(key: string): Promise<string> {
  const { id: agent } = await (await post("/api/agents", key, { name: "Ada" })).json();
  return (await (await post("/api/sessions", key, { agent })).json()).id;
}

const ask = { messages: [{ role: "user", content: "hi" }], save: false };

test(`of 200 turns at once ${LIMIT} run; the others are told when to come back, in the dialect's shape`, async () => {
  const { key } = await server.makeAccount();
  const id = await session(key);
  server.model.clearRequests();
  const answers = await Promise.all(Array.from({ length: 200 }, () => post(`/api/sessions/${id}/chat`, key, ask)));
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(LIMIT);
  expect(statuses.filter((status) => status === 429)).toHaveLength(200 - LIMIT);
  expect(server.model.getRequests().length).toBe(LIMIT);
  const refused = answers.find((answer) => answer.status === 429);
  const seconds = Number(refused?.headers.get("retry-after"));
  expect([seconds >= 1, seconds <= 60]).toEqual([true, true]);
  expect(refused?.headers.get("ratelimit-limit")).toBe(String(LIMIT));
  expect(refused?.headers.get("ratelimit-remaining")).toBe("0");
  expect(await refused?.json()).toMatchObject({
    error: { code: "http_429", message: `The limit of ${LIMIT} turns a minute is reached` },
  });

  const { session_id } = await (await post("/api/v1/chat", key, {})).json();
  const other = await post(`/api/v1/chat/${session_id}/messages/stream`, key, { index_ids: [], prompt: "hi" });
  expect([other.status, await other.json()]).toEqual([
    429,
    { detail: `The limit of ${LIMIT} turns a minute is reached` },
  ]);
});

test("another account has a count of its own, and only turns count", async () => {
  const id = await session(OWNER_KEY);
  const first = await post(`/api/sessions/${id}/chat`, OWNER_KEY, ask);
  expect([first.status, first.headers.get("ratelimit-remaining")]).toEqual([201, String(LIMIT - 1)]);
  for (let n = 0; n < 5; n++) await post(`/api/sessions/${id}/render`, OWNER_KEY, ask);
  expect((await post(`/api/sessions/${id}/chat`, OWNER_KEY, { messages: [] })).status).toBe(422);
  const second = await post(`/api/sessions/${id}/chat`, OWNER_KEY, ask);
  expect(second.headers.get("ratelimit-remaining")).toBe(String(LIMIT - 2));
});
