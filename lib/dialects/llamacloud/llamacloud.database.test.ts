import LlamaCloud from "@llamaindex/llama-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";

let server: TestServer;
let client: LlamaCloud;

beforeAll(async () => {
  server = await openTestServer();
  client = new LlamaCloud({ apiKey: OWNER_KEY, baseURL: ORIGIN, fetch: server.fetch, maxRetries: 0 });
  server.model.onMessage(/hello/, { content: "Hello! How are you?" });
});
afterAll(() => server.close());

test("1. a fresh session has an id, a time and nothing else", async () => {
  const session = await client.beta.chat.create();
  expect(session).toMatchObject({ generated_title: null, index_ids: null, job_metadata: null });
  expect(session.session_id).not.toBe("");
  expect(new Date(session.last_updated_at).toISOString()).toBe(session.last_updated_at);
});

test("a turn is streamed, stored and shown", async () => {
  const { session_id } = await client.beta.chat.create();
  const text = await client.beta.chat.stream(session_id, { index_ids: [], prompt: "hello there" });
  console.log(text);
  const full = await client.beta.chat.retrieve(session_id);
  console.log(JSON.stringify(full, null, 1));
});
