import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const weather = { name: "get_weather", type: "function", function: { parameters: { type: "object" } } };
const nothing = { name: null, tool_call_id: null, tool_calls: [], continue: null };

beforeAll(async () => {
  julep = await openJulep();
  julep.model.onMessage(/weather/, {
    content: "  Let me look. ",
    toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' }],
  });
  julep.model.onMessage(/.*/s, { content: " Hello! " });
});
beforeEach(() => julep.model.clearRequests());
afterAll(() => julep.close());

const render = (id: string, body: unknown) => julep.call("POST", `/api/sessions/${id}/render`, { body });
const chat = (id: string, body: unknown) => julep.call("POST", `/api/sessions/${id}/chat`, { body });
const system = async (id: string, body: unknown = user("hi")) => (await render(id, body)).body.messages[0].content;

test("29. render shows system, past and new messages, stores nothing and asks no model", async () => {
  const { id } = await julep.session({ instructions: "Be brief." });
  await chat(id, user(" hi "));
  julep.model.clearRequests();
  const { status, body } = await render(id, { messages: [{ role: "user", content: " and now? ", name: "Bo" }] });
  expect(status).toBe(200);
  expect(body).toEqual({
    messages: [
      { role: "system", content: "You are Ada.\n\nInstructions:\n- Be brief.\n", ...nothing },
      { role: "user", content: "hi", ...nothing },
      { role: "assistant", content: "Hello!", ...nothing },
      { role: "user", content: " and now? ", ...nothing, name: "Bo" },
    ],
    tools: [],
    tool_choice: null,
    docs: [],
  });
  await render(id, user("again"));
  expect(julep.modelCalls()).toEqual([]);
  expect((await julep.call("GET", `/api/sessions/${id}/history`)).body.entries).toHaveLength(2);
});

test("render takes what chat takes, and does not stream", async () => {
  const { id } = await julep.session();
  const answer = await render(id, { ...user("hi"), stream: true, auto_run_tools: true, tools: [weather] });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect((await render(id, { ...user("hi"), model: "no-such-model" })).status).toBe(400);
});

test("30. the provider gets the messages that render showed", async () => {
  const { id } = await julep.session({ instructions: ["Be brief."] }, { situation: "exam week" });
  await chat(id, { ...user(" the weather?"), tools: [weather] });
  const body = {
    messages: [
      { role: "tool", tool_call_id: "call_1", content: "rain" },
      { role: "system", content: "{{ agent.name }} may joke." },
      { role: "user", content: ["one", "two"] },
      { role: "assistant", content: "So far" },
      { role: "user", content: "go on" },
    ],
    tools: [weather],
  };
  const shown = (await render(id, body)).body;
  julep.model.clearRequests();
  await chat(id, body);
  const sent = julep.modelCalls()[0]?.body;
  const bare = ({ role, content, tool_call_id, tool_calls }: Record<string, unknown>) => ({
    role,
    content,
    tool_call_id: tool_call_id ?? null,
    tool_calls: (Array.isArray(tool_calls) ? tool_calls : []).map(({ id, function: called }) => ({ id, called })),
  });
  expect(sent.messages.map(bare)).toEqual(shown.messages.map(bare));
  expect(shown.messages).toHaveLength(8);
  expect(sent.tools).toHaveLength(1);
});

test("31. the session's template beats the agent's, and templates know methods of text", async () => {
  const template = "Agent {{ agent.name.upper() }} of {{ agents | length }}";
  const { id, agentId } = await julep.session({ default_system_template: template });
  expect(await system(id)).toBe("Agent ADA of 1");
  const session = await julep.client.sessions.create({
    agent: agentId,
    situation: "exam",
    system_template: "Now: {{ session.situation.upper() }}, {{ settings.temperature }}, {{ settings.top_p }}",
  });
  expect(await system(session.id, { ...user("hi"), temperature: 0.5, top_p: 0.25 })).toBe("Now: EXAM, 0.5, 0.25");
});

test("32. the default template speaks of agent, user, situation and instructions", async () => {
  const { id: user } = await julep.client.users.create({ name: "Bo", about: "a student" });
  const agent = { about: "a tutor", instructions: ["Be brief", "Cite sources"] };
  const { id } = await julep.session(agent, { user, situation: "exam week" });
  expect(await system(id)).toBe(
    "You are Ada.\nWho you are: a tutor\nThe person you are talking with is Bo.\nWhat is known about them: a student\n\nSituation: exam week\n\nInstructions:\n- Be brief\n- Cite sources\n",
  );
});

test("33. metadata is there for the template when it is sent, and an attribute of nothing is 400", async () => {
  const { id } = await julep.session({ default_system_template: "Mood {{ metadata.mood }}." });
  expect(await system(id, { ...user("hi"), metadata: { mood: "calm" } })).toBe("Mood calm.");
  const { status, body } = await render(id, user("hi"));
  expect(status).toBe(400);
  expect(body.error.message).toMatch(/^Template undefined variable: /);
  expect((await chat(id, user("hi"))).status).toBe(400);
});

test("a template that is wrong or endless is 400, and leaks nothing", async () => {
  const of = async (template: string) => (await julep.session({ default_system_template: template })).id;
  const broken = await render(await of("{% if %}"), user("hi"));
  expect(broken.status).toBe(400);
  expect(broken.body.error.message).toMatch(/^Template syntax error: /);
  const endless = await render(
    await of("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}"),
    user("hi"),
  );
  expect(endless.status).toBe(400);
  for (const probe of ['{{ "".__class__ }}', "{{ agent.constructor }}", "{{ agent.__proto__ }}"]) {
    const { status, body } = await render(await of(`<${probe}>`), user("hi"));
    if (status === 200) expect(body.messages[0].content).toBe("<>");
    else expect(status).toBe(400);
  }
  const unset = await render(await of("<{{ nobody }}|{{ user.name }}>"), user("hi"));
  expect(unset.body.messages[0].content).toBe("<|>");
});

test("a template that gives nothing makes no system message", async () => {
  const { id } = await julep.session({ default_system_template: " {{ session.situation or '' }} " });
  expect((await render(id, user("hi"))).body.messages).toMatchObject([{ role: "user" }]);
});

test.each([
  ["{% if %}", 400, /^Template syntax error: /],
  ["{{ 1/0 }}", [200, 400], null],
  ['{{ "".__class__ }}', [200, 400], null],
  ["{{ agent.constructor }}", [200, 400], null],
  ["{% for i in range(10000000) %}{% endfor %}", 400, /^Template error: /],
  ["{% for i in range(5000) %}{% set x = range(90000)|join %}{% endfor %}", 400, /longer than 1 s/],
  ['{{ "a" * 10**9 }}', 400, /^Template error: /],
])(
  "34. the template %s leaks nothing, ends in about a second and holds up nobody",
  async (template, statuses, message) => {
    const { id } = await julep.session({}, { system_template: template });
    const ends: string[] = [];
    const startedAt = performance.now();
    const rendering = render(id, user("hi")).finally(() => ends.push("rendering"));
    const healthy = await julep.call("GET", "/api/healthz").finally(() => ends.push("health"));
    const { status, body } = await rendering;
    expect(healthy.status).toBe(200);
    if (String(message).includes("longer than 1 s")) expect(ends).toEqual(["health", "rendering"]);
    expect([statuses].flat()).toContain(status);
    if (message) expect(body.error.message).toMatch(message);
    expect(JSON.stringify(body)).not.toMatch(/function|class |native code/u);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  },
);

test("35. templates are rendered in system and assistant text, never in a user's", async () => {
  const messages = [
    { role: "system", content: [{ type: "text", text: "S {{ agent.name }}" }] },
    { role: "assistant", content: "A {{ agent.name }}" },
    { role: "user", content: "U {{ agent.name }} {% if %}" },
  ];
  const { id, agentId } = await julep.session();
  const texts = async (sessionId: string) =>
    (await render(sessionId, { messages })).body.messages.map((message: { content: string }) => message.content);
  expect(await texts(id)).toEqual(["You are Ada.\n", "S Ada", "A Ada", "U {{ agent.name }} {% if %}"]);
  const off = await julep.client.sessions.create({ agent: agentId, render_templates: false });
  expect(await texts(off.id)).toEqual([
    "You are Ada.\n",
    "S {{ agent.name }}",
    "A {{ agent.name }}",
    "U {{ agent.name }} {% if %}",
  ]);
  // What is stored is what was rendered, and it is not rendered again.
  await chat(id, {
    messages: [
      { role: "assistant", content: "{{ '{{ agent.name }}' }}" },
      { role: "user", content: "hi" },
    ],
  });
  const { entries } = (await julep.call("GET", `/api/sessions/${id}/history`)).body;
  expect(entries[0].content).toEqual([{ type: "text", text: "{{ agent.name }}" }]);
  expect((await render(id, user("hi"))).body.messages[1].content).toBe("{{ agent.name }}");
  const broken = await render(id, { messages: [{ role: "system", content: "{% if %}" }] });
  expect(broken.status).toBe(400);
});

test("36. agent's and request's tools are shown in create shape, the agent's own name first", async () => {
  const { id, agentId } = await julep.session();
  await julep.client.agents.tools.create(agentId, { ...weather, description: "the agent's" } as never);
  const tools = [
    { ...weather, description: "the request's" },
    { name: "screen", type: "computer_20241022" },
    { name: "ask", type: "api_call", api_call: { method: "GET", url: "https://example.com/x" } },
  ];
  const { body } = await render(id, { ...user("hi"), tools, tool_choice: "none" });
  expect(body.tools.map((tool: { name: string }) => tool.name)).toEqual(["get_weather", "screen", "ask"]);
  const unused = { integration: null, system: null, text_editor_20241022: null, bash_20241022: null };
  expect(body.tools[0]).toEqual({
    name: "get_weather",
    type: "function",
    description: "the agent's",
    function: { name: null, description: null, parameters: { type: "object" } },
    api_call: null,
    computer_20241022: null,
    ...unused,
  });
  expect(body.tools[1]).toEqual({
    name: "screen",
    type: "computer_20241022",
    description: null,
    function: null,
    api_call: null,
    computer_20241022: {
      type: "computer_20241022",
      name: "computer",
      display_width_px: 1024,
      display_height_px: 768,
      display_number: 1,
    },
    ...unused,
  });
  expect(body.tools[2].api_call).toMatchObject({
    method: "GET",
    url: "https://example.com/x",
    headers: null,
    timeout: null,
  });
});

test("37. a request's tools have the same limits", async () => {
  const { id } = await julep.session();
  for (const tool of [
    { name: "a".repeat(41), type: "function" },
    { name: "1abc", type: "function" },
    { name: "c", type: "computer_20241022", computer_20241022: { display_width_px: 599 } },
    { name: "c", type: "computer_20241022", computer_20241022: { display_number: 11 } },
  ]) {
    const { status, body } = await render(id, { ...user("hi"), tools: [tool] });
    expect([status, body.error.details[0].loc.startsWith("tools[0].")]).toEqual([422, true]);
  }
});

test("38. tool_choice is shown as it was sent", async () => {
  const { id } = await julep.session();
  for (const tool_choice of ["auto", "none", { function: { name: "get_weather" } }]) {
    const { body } = await render(id, { ...user("hi"), tools: [weather], tool_choice });
    expect(body.tool_choice).toEqual(tool_choice);
  }
  expect((await render(id, { ...user("hi"), tool_choice: "required" })).status).toBe(422);
});

test("continue is taken and shown again", async () => {
  const { id } = await julep.session();
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "He", continue: true },
  ];
  const { body } = await render(id, { messages });
  expect(body.messages.at(-1)).toEqual({ role: "assistant", content: "He", ...nothing, continue: true });
  expect((await chat(id, { messages })).status).toBe(201);
});

test("an over-long prompt is refused, or cut where the session says so", async () => {
  const { id, agentId } = await julep.session({}, { token_budget: 60 });
  for (const text of ["one", "two", "three"]) await chat(id, user(`${text} ${"x".repeat(60)}`));
  const refused = await render(id, user(`four ${"x".repeat(60)}`));
  expect(refused).toMatchObject({ status: 400, body: { error: { code: "prompt_too_big", type: "prompt_too_big" } } });
  await julep.client.sessions.update(id, { context_overflow: "truncate" });
  const { body } = await render(id, user("four"));
  expect(body.messages[0].role).toBe("system");
  expect(body.messages.length).toBeLessThan(7);
  expect(body.messages.at(-1).content).toBe("four");
  const tight = await julep.client.sessions.create({ agent: agentId, token_budget: 10, context_overflow: "truncate" });
  expect((await chat(tight.id, user("x".repeat(400)))).body.error.code).toBe("prompt_too_big");
});
