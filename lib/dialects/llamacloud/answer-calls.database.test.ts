import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { type Api, openApi } from "../../testing/api.ts";
import type { SessionEvent } from "./answers.ts";

// Calls of an agent's functions, which nobody but the caller can answer: a person in the app, a program with
// `client_tools`.

const WEATHER = {
  name: "weather",
  type: "function",
  function: { parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};

let api: Api;
let browser: Readonly<Record<string, string>>;
/** What the model calls when it is asked something new. */
let calls: readonly string[] = ["weather"];

beforeAll(async () => {
  api = await openApi();
  browser = await api.browser();
  api.model.onMessage(/Write a title/, { content: "A title" }).onMessage(/./s, ({ messages }) => {
    const results = messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
    const told = results.filter(({ role }) => role === "tool").map(({ content }) => content);
    if (told.length > 0 || calls.length === 0) return { content: `I was told: ${told.join(" and ")}` };
    return { toolCalls: calls.map((name, n) => ({ id: `call_${n + 1}`, name, arguments: '{"city":"Bonn"}' })) };
  });
});
beforeEach(() => {
  calls = ["weather"];
  api.model.clearRequests();
});
afterAll(() => api.close());

async function agentWith(...tools: readonly object[]): Promise<string> {
  const { id } = (await api.call("POST", "/api/agents", { body: { name: "Guide" } })).body;
  for (const body of tools) await api.call("POST", `/api/agents/${id}/tools`, { body });
  return id;
}

const newSession = async (): Promise<string> =>
  (await api.call("POST", "/api/v1/chat", { body: {}, key: null, headers: browser })).body.session_id;

const eventsOf = (stream: string): SessionEvent[] =>
  stream.split("\n").flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));

/** Asks as the app does, and reads the events to their end. */
async function ask(session: string, body: object, by: object = { key: null, headers: browser }) {
  const path = `/api/v1/chat/${session}/messages/stream?event_ids=1`;
  const answer = await api.call("POST", path, { body: { index_ids: [], ...body }, ...by });
  const events = answer.status === 200 ? eventsOf(answer.body) : [];
  return {
    status: answer.status,
    detail: answer.body.detail,
    events,
    stop: events.find(({ type }) => type === "stop"),
  };
}

const history = async (session: string): Promise<SessionEvent[]> =>
  (await api.call("GET", `/api/v1/chat/${session}?event_ids=1`)).body.events;

async function waiting(...tools: readonly object[]): Promise<{ readonly session: string; readonly agent: string }> {
  const agent = await agentWith(...(tools.length > 0 ? tools : [WEATHER]));
  const session = await newSession();
  const { status, stop } = await ask(session, { prompt: "How is it in Bonn?", agent_id: agent });
  expect([status, stop]).toMatchObject([200, { pending_call_ids: calls.map((_, n) => `call_${n + 1}`) }]);
  return { session, agent };
}

const answer = (output: unknown, call_id = "call_1", is_error = false) => ({ call_id, output, is_error });
/** What the model was told last, behind its instructions. */
const lastPrompt = () => api.modelCalls().at(-1)?.body.messages.slice(1);

describe("16: an agent's functions in the app", () => {
  test("are offered, their calls wait, and the answer goes on with the turn in all dialects", async () => {
    const { session } = await waiting();
    expect(api.modelCalls()[0]?.body.tools.map((tool: { function: { name: string } }) => tool.function.name)).toContain(
      "weather",
    );
    const { events, stop } = await ask(session, { tool_results: [answer({ sky: "grey" })] });
    expect(events[0]).toMatchObject({ type: "tool_result", call_id: "call_1", name: "weather", is_error: false });
    expect(stop).toMatchObject({ is_error: false, status: "completed" });
    expect(stop).not.toHaveProperty("pending_call_ids");
    expect(lastPrompt()).toMatchObject([
      { role: "user" },
      { role: "assistant", tool_calls: [{ id: "call_1" }] },
      { role: "tool", tool_call_id: "call_1", content: '{"sky":"grey"}' },
    ]);

    const told = await history(session);
    expect(told.map(({ type }) => type)).toEqual(["user_input", "tool_call", "stop", "tool_result", "text", "stop"]);
    expect(told.filter((event) => "pending_call_ids" in event)).toEqual([]);
    expect(told.find(({ type }) => type === "tool_result")).toEqual(events[0]);
    const { entries } = (await api.call("GET", `/api/sessions/${session}/history`)).body;
    expect(entries.map(({ role }: { role: string }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  });

  test("a failure is told to the model as one", async () => {
    const { session } = await waiting();
    const { events } = await ask(session, { tool_results: [answer("no window here", "call_1", true)] });
    expect(events[0]).toMatchObject({ type: "tool_result", result: "no window here", is_error: true });
  });

  test("a new question instead closes open calls as not answered, for the model and for every reader", async () => {
    const { session } = await waiting();
    calls = [];
    const { stop } = await ask(session, { prompt: "Never mind." });
    expect(stop).toMatchObject({ is_error: false });
    expect(lastPrompt()).toMatchObject([
      { role: "user" },
      { role: "assistant" },
      { role: "tool", tool_call_id: "call_1", content: '{"error":"not answered"}' },
      { role: "user" },
    ]);
    const told = await history(session);
    const types = ["user_input", "tool_call", "tool_result", "stop", "user_input", "text", "stop"];
    expect(told.map(({ type }) => type)).toEqual(types);
    expect(told[2]).toMatchObject({ call_id: "call_1", result: { error: "not answered" }, is_error: true });
    expect(await ask(session, { tool_results: [answer("late")] })).toMatchObject({
      status: 409,
      detail: 'The call "call_1" does not wait for an answer',
    });
  });

  test.each([
    [
      "of a call that is not there",
      ["weather"],
      [answer(1, "call_9")],
      'The call "call_9" does not wait for an answer',
    ],
    ["besides those that wait", ["weather"], [answer(1), answer(2, "x")], 'The call "x" does not wait for an answer'],
    ["of one of two", ["weather", "weather"], [answer(1)], 'The call "call_2" waits too: answer all calls together'],
  ])("a result %s is refused, and nothing is written", async (_, called, tool_results, detail) => {
    calls = called;
    const { session } = await waiting();
    const before = await history(session);
    expect(await ask(session, { tool_results })).toMatchObject({ status: 409, detail });
    expect(await history(session)).toEqual(before);
  });

  test("a result is sent once: a repeat by its message_id is told the same, one without it is refused", async () => {
    const { session } = await waiting();
    const body = { tool_results: [answer("rain")], message_id: newId() };
    const first = await ask(session, body);
    const again = await ask(session, body);
    expect(again.events.map(({ event_id }) => event_id)).toEqual(first.events.map(({ event_id }) => event_id));
    expect((await ask(session, { ...body, tool_results: [answer("sun")] })).status).toBe(409);
    expect((await ask(session, { tool_results: [answer("rain")] })).status).toBe(409);
    expect((await history(session)).filter(({ type }) => type === "tool_result")).toHaveLength(1);
  });

  test("of two answers at once one is taken", async () => {
    const { session } = await waiting();
    const both = await Promise.all(["a", "b"].map((said) => ask(session, { tool_results: [answer(said)] })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("a result over the limit, none, and a question with one are refused in words", async () => {
    const { session } = await waiting();
    const sent = async (body: object) => {
      const { status, detail } = await ask(session, body);
      return [status, detail[0].loc, detail[0].msg];
    };
    expect(await sent({ tool_results: [answer("x".repeat(256 * 1024))] })).toEqual([
      422,
      ["body", "tool_results", 0, "output"],
      "Value error, a result should have at most 262144 characters as JSON",
    ]);
    expect(await sent({ tool_results: [{ call_id: "call_1" }] })).toEqual([
      422,
      ["body", "tool_results", 0, "output"],
      "Field required",
    ]);
    expect(await sent({ tool_results: [answer(1), answer(2)] })).toEqual([
      422,
      ["body", "tool_results"],
      "Value error, a call is answered once",
    ]);
    expect(await sent({ tool_results: [] })).toEqual([
      422,
      ["body", "tool_results"],
      "List should have at least 1 item after validation, not 0",
    ]);
    expect(await sent({ prompt: "x", tool_results: [answer(1)] })).toEqual([
      422,
      ["body", "prompt"],
      "Value error, prompt and tool_results are not sent together",
    ]);
    expect(await sent({})).toEqual([422, ["body", "prompt"], "Field required"]);
  });

  test("somebody else's session and calls are not found", async () => {
    const { session } = await waiting();
    const other = await api.server.makeAccount();
    expect((await ask(session, { tool_results: [answer(1)] }, { key: other.key })).status).toBe(404);
  });

  test("numbers that JavaScript cannot hold reach the model and every reader as they were written", async () => {
    const { session } = await waiting();
    const body = '{"index_ids":[],"tool_results":[{"call_id":"call_1","output":{"id":12345678901234567890}}]}';
    await api.call("POST", `/api/v1/chat/${session}/messages/stream`, { body, key: null, headers: browser });
    expect(lastPrompt().at(-1).content).toBe('{"id":12345678901234567890}');
  });

  test("a call beside one that the server runs waits alone", async () => {
    calls = ["current_time", "weather"];
    const agent = await agentWith(WEATHER);
    const session = await newSession();
    const { events, stop } = await ask(session, { prompt: "Now?", agent_id: agent });
    expect(events.find(({ type }) => type === "tool_result")).toMatchObject({ name: "current_time" });
    expect(stop).toMatchObject({ pending_call_ids: ["call_2"] });
    expect((await ask(session, { tool_results: [answer("rain", "call_2")] })).stop).toMatchObject({ is_error: false });
  });

  test("other tools of an agent are not offered: nobody has agreed to what they change", async () => {
    calls = [];
    const echo = { name: "echo", type: "integration", integration: { provider: "dummy" } };
    const agent = await agentWith(echo, WEATHER);
    await ask(await newSession(), { prompt: "Hello", agent_id: agent });
    const names = api.modelCalls()[0]?.body.tools.map((tool: { function: { name: string } }) => tool.function.name);
    expect(names).toEqual(["current_time", "calculator", "weather"]);
  });
});

describe("16: an agent's functions for programs", () => {
  const key = {};

  test("are offered where the caller answers them, as D13 says", async () => {
    const agent = await agentWith(WEATHER);
    const session = await newSession();
    const without = await ask(session, { prompt: "How is it?", agent_id: agent }, key);
    expect(without.stop).not.toHaveProperty("pending_call_ids");
    const asked = await ask(session, { prompt: "How is it?", agent_id: agent, client_tools: true }, key);
    expect(asked.stop).toMatchObject({ pending_call_ids: ["call_1"] });
    const told = await ask(session, { tool_results: [answer("rain")], client_tools: true }, key);
    expect(told.events.find(({ type }) => type === "text")).toMatchObject({ content: "I was told: rain" });
  });

  test("a call that another dialect left open is answered in the app", async () => {
    const agent = await agentWith(WEATHER);
    const { id } = (await api.call("POST", "/api/sessions", { body: { agent } })).body;
    const messages = [{ role: "user", content: "How is it?" }];
    await api.call("POST", `/api/sessions/${id}/chat`, { body: { messages } });
    expect((await history(id)).at(-1)).toMatchObject({ type: "stop", pending_call_ids: ["call_1"] });
    expect((await ask(id, { tool_results: [answer("rain")] })).stop).toMatchObject({ is_error: false });
  });
});
