import { LLMock } from "@copilotkit/aimock";
import Julep from "@julep/sdk";
import { expect, test } from "@playwright/test";
import { startServer, type WatchedServer } from "./server.ts";

// The official client, unmodified, against a running server: only its address and key are set.

let model: LLMock;
let server: WatchedServer;
let julep: Julep;

test.beforeAll(async () => {
  model = new LLMock({ port: 0, chunkSize: 4, logLevel: "silent" });
  await model.start();
  model.onMessage(/weather/, ({ messages, tools }) =>
    messages.at(-1)?.role === "tool" || !tools?.length
      ? { content: "Take an umbrella." }
      : { toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' }] },
  );
  model.onMessage(/refuse this/, { error: { message: "no such thing", type: "invalid_request_error" }, status: 400 });
  model.on({ predicate: () => true }, ({ messages }) => ({ content: `Heard: ${messages.at(-1)?.content}` }));
  server = await startServer({
    OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    OPENAI_API_KEY: "mock",
    OPENAI_MODEL: "test-model",
  });
  julep = new Julep({ baseURL: `${server.url}/api/`, apiKey: server.key() });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await model.stop();
});

/** The data of a stream, read from the live response. */
async function streamed(session: string, body: Julep.SessionChatParams) {
  const response = await julep.sessions.chat(session, { ...body, stream: true }).asResponse();
  expect([response.status, response.headers.get("content-type")]).toEqual([201, "text/event-stream; charset=utf-8"]);
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => JSON.parse(line.slice(6)));
}

test("a story: agents with tools and docs, two users, ten turns, tools answered, history, changes, the end", async () => {
  const ada = await julep.agents.create({ name: "Ada", about: "a guide", instructions: ["Be brief"] });
  const bob = await julep.agents.create({ name: "Bob", default_system_template: "You are {{ agent.name.upper() }}." });
  const tool = await julep.agents.tools.create(ada.id, {
    name: "get_weather",
    type: "function",
    function: { parameters: { type: "object", properties: { city: { type: "string" } } } },
  });
  const doc = await julep.agents.docs.create(ada.id, { title: "Harbour", content: "The harbour opens at nine." });
  const users = [await julep.users.create({ name: "Bo" }), await julep.users.create({ name: "Cy", about: "a sailor" })];
  await julep.users.docs.create(users[1]?.id ?? "", { title: "Boat", content: "My boat lies in the harbour." });
  const session = await julep.sessions.create({
    agents: [ada.id, bob.id],
    users: users.map(({ id }) => id),
    situation: "A walk through Oslo",
    recall_options: { mode: "text" },
  } as Julep.SessionCreateParams);
  const say = (content: string): Julep.SessionChatParams => ({ messages: [{ role: "user", content }] });

  // Ten turns: plain, streamed, with docs, by the other agent, and through a tool.
  for (const n of [1, 2]) {
    const answer = await julep.sessions.chat(session.id, say(`turn ${n}`));
    expect(answer).toMatchObject({ choices: [{ message: { content: `Heard: turn ${n}` }, finish_reason: "stop" }] });
  }
  for (const n of [3, 4]) {
    const chunks = await streamed(session.id, say(`turn ${n}`));
    const text = chunks.map(({ choices }) => choices[0].delta.content ?? "").join("");
    expect([chunks.length > 1, text]).toEqual([true, `Heard: turn ${n}`]);
    expect(chunks.at(-1)?.usage.total_tokens).toBeGreaterThan(0);
  }
  const rendered = await julep.sessions.render(session.id, say("When does the harbour open?"));
  expect(rendered.docs?.map(({ title }) => title).sort()).toEqual(["Boat", "Harbour"]);
  expect(String(rendered.messages[0]?.content)).toContain("The harbour opens at nine.");
  const harbour = await julep.sessions.chat(session.id, say("When does the harbour open?"));
  expect(harbour.docs).toEqual(rendered.docs);
  const byBob = await julep.sessions.chat(session.id, { ...say("turn 6"), agent: bob.id });
  expect(byBob).toMatchObject({ choices: [{ message: { content: "Heard: turn 6" } }] });
  for (const stream of [false, true]) {
    const ask = say("How is the weather?");
    const last = stream ? (await streamed(session.id, ask)).at(-1) : await julep.sessions.chat(session.id, ask);
    const [choice] = last.choices;
    expect([choice.finish_reason, choice.tool_calls[0].function]).toEqual([
      "tool_calls",
      { name: "get_weather", arguments: '{"city":"Oslo"}' },
    ]);
    const result = { role: "tool" as const, tool_call_id: choice.tool_calls[0].id, content: "rain" };
    const answer = await julep.sessions.chat(session.id, { messages: [result] });
    expect(answer).toMatchObject({ choices: [{ message: { content: "Take an umbrella." } }] });
  }

  const { entries } = await julep.sessions.history(session.id);
  expect(entries).toHaveLength(20);
  expect(entries.map(({ role }) => role).slice(-4)).toEqual(["user", "assistant", "tool", "assistant"]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(20);
  const piece = await julep.sessions.history(session.id, { query: { limit: 2, offset: 18 } });
  expect(piece.entries).toEqual(entries.slice(18));

  const changed = await julep.sessions.update(session.id, { situation: "A rainy walk", metadata: { rain: true } });
  expect(changed).toMatchObject({ situation: "A rainy walk", metadata: { rain: true }, agents: [ada.id, bob.id] });
  const reset = await julep.sessions.reset(session.id, { situation: "Home again" });
  expect(reset.metadata ?? null).toBeNull();
  await julep.agents.update(ada.id, { about: "an old guide" });
  expect((await julep.agents.get(ada.id)).about).toBe("an old guide");
  const listed: string[] = [];
  for await (const one of julep.sessions.list()) listed.push(one.id);
  expect(listed).toEqual([session.id]);

  await julep.agents.docs.delete(ada.id, doc.id);
  await expect(julep.docs.get(doc.id)).rejects.toThrow(Julep.NotFoundError);
  await julep.agents.tools.delete(ada.id, tool.id);
  await julep.sessions.delete(session.id);
  await expect(julep.sessions.history(session.id)).rejects.toThrow(Julep.NotFoundError);
  for (const { id } of users) await julep.users.delete(id);
  for (const { id } of [ada, bob]) await julep.agents.delete(id);
  // The one that every new server has stays.
  expect((await julep.agents.list()).items.map(({ name }) => name)).toEqual(["Taxson"]);
});

test("its errors are of its own classes, with a text that says what to do", async () => {
  const wrong = new Julep({ baseURL: `${server.url}/api`, apiKey: "wrong" });
  await expect(wrong.agents.list()).rejects.toThrow(Julep.PermissionDeniedError);
  const agent = await julep.agents.create({ name: "Ada" });
  const session = await julep.sessions.create({ agent: agent.id });
  const ask = { messages: [{ role: "user" as const, content: "hi" }] };
  await expect(julep.sessions.chat(session.id, { ...ask, temperature: 9 })).rejects.toThrow(
    Julep.UnprocessableEntityError,
  );
  await expect(julep.sessions.chat(session.id, { ...ask, model: "none" })).rejects.toThrow(
    /Available models: test-model/,
  );
  // What the start's bundle throws is known in the route's.
  const refused = julep.sessions.chat(session.id, { messages: [{ role: "user", content: "refuse this" }] });
  await expect(refused).rejects.toThrow(Julep.BadRequestError);
  await expect(refused).rejects.toThrow(/refused the request \(400\): no such thing/);
  await expect(julep.get("/no_such_path")).rejects.toThrow(Julep.NotFoundError);
});
