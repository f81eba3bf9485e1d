import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { frames } from "./fixtures/frames.ts";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
const ask = (content: string, more: object = {}) => ({ messages: [{ role: "user", content }], stream: true, ...more });
const weather = { name: "get_weather", type: "function", function: { parameters: { type: "object" } } };
const LONG = "It takes its time. ".repeat(20);
const LONGER = LONG.repeat(20);

beforeAll(async () => {
  julep = await openJulep();
  const { model } = julep;
  model.onMessage(/weather/, {
    content: "Let me look.",
    toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' }],
  });
  model.onMessage(/break off/, { content: LONG }, { truncateAfterChunks: 5, latency: 30 });
  model.onMessage(/refuse/, { error: { message: "no such parameter" }, status: 400 });
  model.onMessage(/slow/, { content: LONGER }, { latency: 50 });
  model.onMessage(/.*/s, { content: LONG });
});
beforeEach(() => julep.model.clearRequests());
afterAll(() => julep.close());

const stream = (id: string, body: unknown) => julep.call("POST", `/api/sessions/${id}/chat`, { body });
const entries = async (id: string) => (await julep.call("GET", `/api/sessions/${id}/history`)).body.entries;
const said = (text: string) =>
  frames(text)
    .map(({ data }) => data.choices?.[0].delta.content ?? "")
    .join("");

test("39. 40. a stream is data lines of one answer, and ends with its usage", async () => {
  const { id } = await julep.session();
  const { status, headers, body } = await stream(id, ask("hi"));
  expect([status, headers.get("content-type")]).toEqual([201, "text/event-stream; charset=utf-8"]);
  expect(headers.get("cache-control")).toBe("no-cache, no-transform, private, no-store");
  expect(headers.get("x-accel-buffering")).toBe("no");
  for (const line of body.split("\n"))
    expect(line === "" || line.startsWith(":") || line.startsWith("data: ")).toBe(true);
  expect(body).not.toContain("[DONE]");

  const chunks = frames(body).map(({ data }) => data);
  const last = chunks.at(-1);
  expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created_at}`)).size).toBe(1);
  for (const chunk of chunks) {
    expect(chunk).toMatchObject({ docs: [], jobs: [] });
    expect(Object.keys(chunk.choices[0])).toEqual(["index", "delta", "finish_reason", "logprobs", "tool_calls"]);
    expect(Object.keys(chunk.choices[0].delta)).toEqual([
      "role",
      "content",
      "name",
      "tool_call_id",
      "tool_calls",
      "continue",
    ]);
    expect(chunk.choices[0].delta.role).toBe("assistant");
    if (chunk !== last) expect(chunk.usage).toBeNull();
  }
  const { prompt_tokens, completion_tokens, total_tokens } = last.usage;
  expect([total_tokens > 0, total_tokens]).toEqual([true, prompt_tokens + completion_tokens]);
  expect(last.choices[0].finish_reason).toBe("stop");
  expect(said(body)).toBe(LONG);
  const stored = await entries(id);
  expect(stored.at(-1).content).toEqual([{ type: "text", text: LONG }]);
});

test("23. a stream that is not saved says all the same, and fails the same", async () => {
  const { id } = await julep.session();
  const { status, body } = await stream(id, ask("hi", { save: false }));
  expect([status, said(body)]).toEqual([201, LONG]);
  expect(frames(body).at(-1)?.data.usage.total_tokens).toBeGreaterThan(0);
  const refused = await stream(id, ask("refuse", { save: false }));
  expect(refused).toMatchObject({ status: 400, body: { error: { code: "llm_bad_request" } } });
  expect(await entries(id)).toEqual([]);
});

test("the SDK gives the stream as text, or as a live body", async () => {
  const { id } = await julep.session();
  const text = await julep.client.sessions.chat(id, ask("hi") as never);
  expect(said(String(text))).toBe(LONG);
  const response = await julep.client.sessions.chat(id, ask("hi") as never).asResponse();
  expect(said(await response.text())).toBe(LONG);
});

test("25. the history is complete at the last byte", async () => {
  const { id } = await julep.session();
  for (const n of [2, 4, 6]) {
    await stream(id, ask("hi"));
    expect(await entries(id)).toHaveLength(n);
  }
});

test("41. the first event comes before the model has finished", async () => {
  const { id } = await julep.session();
  const response = await julep.send("POST", `/api/sessions/${id}/chat`, { body: ask("slow") });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  expect(first?.value).toMatch(/^data: /);
  expect(julep.server.parley.ports.runner.count()).toBe(1);
  await reader?.cancel();
});

test("42. auto_run_tools with a tool does not stream, without one it does", async () => {
  const { id, agentId } = await julep.session();
  const message = "Streaming is not supported when auto_run_tools is enabled";
  const refused = await stream(id, ask("hi", { auto_run_tools: true, tools: [weather] }));
  expect(refused).toMatchObject({ status: 400, body: { error: { code: "http_400", message } } });
  expect((await stream(id, ask("hi", { auto_run_tools: true }))).status).toBe(201);
  await julep.client.agents.tools.create(agentId, weather as never);
  const auto = await julep.client.sessions.create({ agent: agentId, auto_run_tools: true });
  expect((await stream(auto.id, ask("hi"))).status).toBe(400);
  expect((await stream(auto.id, ask("hi", { auto_run_tools: false }))).status).toBe(201);
  expect(await entries(auto.id)).toHaveLength(2);
});

test("43. a reader who goes leaves input and partial text, and the model call ends", async () => {
  const { id } = await julep.session();
  const response = await julep.send("POST", `/api/sessions/${id}/chat`, { body: ask("slow") });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  await reader?.cancel();
  await expect.poll(() => julep.server.parley.ports.runner.count()).toBe(0);
  const [asked, answer] = await entries(id);
  expect(asked).toMatchObject({ role: "user", content: [{ type: "text", text: "slow" }] });
  const [{ text }] = answer.content;
  expect(text.startsWith(said(first?.value ?? ""))).toBe(true);
  expect(LONGER.startsWith(text)).toBe(true);
  expect(text.length).toBeLessThan(LONGER.length);
  const next = await stream(id, ask("hi"));
  expect(next.status).toBe(201);
});

test("44. an invalid body is 422 in JSON", async () => {
  const { id } = await julep.session();
  const answer = await stream(id, { messages: [], stream: true });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([422, "application/json"]);
});

test("a provider that breaks off ends the stream with an error event, and the partial text stays", async () => {
  const { id } = await julep.session();
  const { status, body } = await stream(id, ask("break off"));
  const all = frames(body);
  expect(status).toBe(201);
  expect(all.at(-1)).toMatchObject({
    event: "error",
    data: { error: { code: "llm_api_error", type: "llm_api_error" } },
  });
  expect(all.slice(0, -1).every(({ event }) => event === null)).toBe(true);
  const stored = await entries(id);
  expect(stored.map((entry: { role: string }) => entry.role)).toEqual(["user", "assistant"]);
  const partial = stored[1].content[0].text;
  expect([partial.length > 0, LONG.startsWith(partial)]).toEqual([true, true]);
  const json = await stream(id, { ...ask("break off"), stream: false });
  expect([json.status, json.headers.get("x-should-retry")]).toEqual([502, "false"]);
  expect(await entries(id)).toHaveLength(2);
});

test("45. a call is streamed, and complete in the last event", async () => {
  const { id } = await julep.session();
  const { body } = await stream(id, ask("weather?", { tools: [weather] }));
  const chunks = frames(body).map(({ data }) => data.choices[0]);
  const called = chunks.flatMap((choice) => choice.delta.tool_calls ?? []);
  expect(called).toMatchObject([{ id: "call_1", type: "function", function: { name: "get_weather" } }]);
  expect(JSON.parse(called[0].function.arguments)).toEqual({ city: "Oslo" });
  expect(chunks.at(-1)).toMatchObject({ finish_reason: "tool_calls", tool_calls: called });
  expect(said(body)).toBe("Let me look.");
  const [, answer] = await entries(id);
  expect(answer).toMatchObject({ content: [{ text: "Let me look." }], tool_calls: called });
});
