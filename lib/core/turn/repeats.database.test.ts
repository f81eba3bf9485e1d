import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Api, openApi } from "../../testing/api.ts";

// An Idempotency-Key names a request that runs a turn: repeats of it get the same run.

const ASSISTANT = "/api/v1/compatibility/openai/v1/assistants/edf826b8-1b75-4f57-bd26-641c897f9c1e/chat/completions";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.model.reset();
  api.model.onMessage(/broken/s, { error: { message: "no", type: "invalid_request_error" }, status: 400 });
  api.model.onMessage(/.*/s, { content: "Hello to you." }, { latency: 10 });
});

const messages = [{ role: "user", content: "hi" }];
const post = (path: string, body: object, key: string) =>
  api.call("POST", path, { body, headers: { "idempotency-key": key } });

async function julepSession(): Promise<string> {
  const { body } = await api.call("POST", "/api/agents", { body: { name: "Ada" } });
  return (await api.call("POST", "/api/sessions", { body: { agent: body.id } })).body.id;
}

type Make = () => Promise<readonly [path: string, body: object]>;
const WAYS: readonly (readonly [name: string, make: Make])[] = [
  ["bots", async () => ["/v1/chat", { bot_slug: "taxson", prompt: "hi", stream: false }]],
  ["bots, streamed", async () => ["/v1/chat", { bot_slug: "taxson", prompt: "hi", stream: true }]],
  ["assistants", async () => [ASSISTANT, { messages, n: 2 }]],
  ["assistants with a session", async () => [ASSISTANT, { messages, create_session: true }]],
  ["Julep", async () => [`/api/sessions/${await julepSession()}/chat`, { messages }]],
];

test.each(WAYS)(
  "%s: fifty posts under one key are one run and fifty equal answers, and so is one later",
  async (name, make) => {
    const [path, body] = await make();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => post(path, body, `fifty ${name}`.replaceAll(" ", "-"))),
    );
    answers.push(await post(path, body, `fifty ${name}`.replaceAll(" ", "-")));
    expect(new Set(answers.map(({ status }) => status)).size).toBe(1);
    expect(answers[0]?.status).toBeLessThan(300);
    // A stream is cut where its pieces came; what it says is the same.
    const said = answers.map(({ body }) => (typeof body === "string" ? pieces(body) : JSON.stringify(body)));
    expect(new Set(said)).toEqual(new Set([said[0]]));
    expect(api.modelCalls()).toHaveLength("n" in body ? 2 : 1);
  },
);

const pieces = (text: string): string =>
  text
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: {"))
    .map((frame) => JSON.parse(frame.slice(6)).content)
    .join("");

test("the same key with another body is refused, and in another dialect it is another key", async () => {
  const body = { bot_slug: "taxson", prompt: "hi", stream: false };
  expect((await post("/v1/chat", body, "one")).status).toBe(200);
  expect(await post("/v1/chat", { ...body, prompt: "something else" }, "one")).toMatchObject({
    status: 409,
    body: { detail: "This Idempotency-Key was used for a different request" },
  });
  expect((await post(ASSISTANT, { messages }, "one")).status).toBe(200);
});

test("a request that the provider refused may be sent again under its key", async () => {
  const body = { bot_slug: "taxson", prompt: "broken", stream: false };
  expect((await post("/v1/chat", body, "again")).status).toBe(502);
  api.model.reset();
  api.model.onMessage(/.*/s, { content: "Now it works." });
  expect(await post("/v1/chat", body, "again")).toMatchObject({ status: 200, body: { content: "Now it works." } });
});

test("LlamaCloud's stream is told again to a repeat", async () => {
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  const stream = () => post(`/api/v1/chat/${session_id}/messages/stream`, { index_ids: [], prompt: "hi" }, "stream-1");
  const [first, second] = [await stream(), await stream()];
  expect(first.body).toContain("Hello");
  expect(second.headers.get("x-run-id")).toBe(first.headers.get("x-run-id"));
  expect(api.modelCalls()).toHaveLength(1);
});

test.each(["", " ", "x".repeat(256), "ümlaut", "a\tb"])("the key %j is none", async (key) => {
  const headers = new Headers();
  try {
    headers.set("idempotency-key", key);
  } catch {
    return; // A header cannot even hold it.
  }
  const answer = await api.call("POST", "/v1/chat", {
    body: { bot_slug: "taxson", prompt: "hi", stream: false },
    headers: Object.fromEntries(headers),
  });
  expect([answer.status, answer.body.detail[0].loc]).toEqual([422, ["header", "Idempotency-Key"]]);
});
