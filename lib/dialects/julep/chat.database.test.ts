import Julep from "@julep/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newId } from "../../domain/ids.ts";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const weather = { name: "get_weather", type: "function", function: { parameters: { type: "object" } } };

const ENDLESS = "It takes its time. ".repeat(500);

beforeAll(async () => {
  julep = await openJulep();
  const { model } = julep;
  model.onMessage(/weather/, (request) =>
    request.messages.at(-1)?.role === "tool"
      ? { content: "It rains in Oslo." }
      : { toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' }] },
  );
  model.onMessage(/json/, () => ({ content: '{"city":"Oslo"}' }));
  model.onMessage(/be short/, (request) => ({
    content: "One",
    finishReason: request.max_tokens === 1 ? "length" : "stop",
  }));
  model.onMessage(/stop at/, (request) => ({ content: "a X b".split(String(request.stop))[0] ?? "" }));
  model.onMessage(/break down/, { error: { message: "overloaded", type: "server_error" }, status: 500 });
  model.onMessage(/refuse/, { error: { message: "no such parameter", type: "invalid_request_error" }, status: 400 });
  model.onMessage(/endless/, { content: ENDLESS }, { latency: 50 });
  model.onMessage(/slow/, { content: "It takes its time. ".repeat(20) }, { latency: 50 });
  model.onMessage(/.*/s, { content: "Hello! How are you?" });
});
beforeEach(() => julep.model.clearRequests());
afterAll(() => julep.close());

const chat = (id: string, body: unknown) => julep.call("POST", `/api/sessions/${id}/chat`, { body });
const entries = async (id: string) => (await julep.call("GET", `/api/sessions/${id}/history`)).body.entries;

describe("shape", () => {
  test("9. a minimal body is answered with one choice, usage and an id", async () => {
    const { id } = await julep.session();
    const { status, headers, body } = await chat(id, { messages: [{ role: "user", content: "hi" }] });
    expect([status, headers.get("content-type")]).toEqual([201, "application/json"]);
    const { usage } = body;
    expect(body).toEqual({
      id: expect.stringMatching(ID),
      created_at: new Date(body.created_at).toISOString(),
      jobs: [],
      docs: [],
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: expect.any(Number),
        total_tokens: usage.prompt_tokens + usage.completion_tokens,
      },
      choices: [
        {
          index: 0,
          finish_reason: "stop",
          logprobs: null,
          tool_calls: null,
          message: {
            id: expect.stringMatching(ID),
            created_at: new Date(body.choices[0].message.created_at).toISOString(),
            role: "assistant",
            content: "Hello! How are you?",
            name: null,
            tool_call_id: null,
            tool_calls: null,
            continue: null,
          },
        },
      ],
    });
  });

  test("the seed's own path without a prefix is the same", async () => {
    const { id } = await julep.session();
    const answer = await julep.call("POST", `/sessions/${id}/chat`, { body: user("hi") });
    expect([answer.status, (await entries(id)).length]).toEqual([201, 2]);
    expect((await julep.call("POST", `/sessions/${id}/render`, { body: user("hi") })).status).toBe(200);
    expect((await julep.call("POST", `/sessions/${id}/chat`, { body: user("hi"), key: null })).status).toBe(403);
  });

  test("10. a message without content is no fault", async () => {
    const { id } = await julep.session();
    expect((await chat(id, { messages: [{ role: "user" }] })).status).toBe(201);
    expect((await chat(id, { messages: [{ role: "user", content: null, tool_calls: null }] })).status).toBe(201);
  });

  test("the SDK's own example of every field passes validation", async () => {
    const spec = {
      api_call: {
        method: "GET",
        url: "https://example.com",
        content: "content",
        cookies: { foo: "string" },
        data: {},
        files: {},
        follow_redirects: true,
        headers: { foo: "string" },
        include_response_content: true,
        json: {},
        params: "string",
        params_schema: { properties: { foo: { type: "type", items: {} } }, required: ["string"], type: "type" },
        schema: {},
        secrets: { foo: { name: "name" } },
        timeout: 0,
      },
      bash_20241022: { name: "bash", type: "bash_20241022" },
      computer_20241022: {
        display_height_px: 400,
        display_number: 1,
        display_width_px: 600,
        name: "computer",
        type: "computer_20241022",
      },
      function: { description: {}, name: {}, parameters: {} },
      integration: { arguments: { to: "dev@stainless.com" }, method: "method", provider: "email", setup: { port: 0 } },
      system: {
        operation: "create",
        resource: "agent",
        arguments: {},
        resource_id: "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
        subresource: "tool",
      },
      text_editor_20241022: { name: "str_replace_editor", type: "text_editor_20241022" },
    };
    const called = {
      id: "id",
      type: "function",
      function: { arguments: "arguments", name: "name" },
      api_call: {},
      bash_20241022: { command: "command", restart: true },
      computer_20241022: { action: "key", coordinate: [0], text: "text" },
      integration: {},
      system: {},
      text_editor_20241022: { command: "str_replace", path: "path", file_text: "x", insert_line: 0, view_range: [0] },
    };
    const messages = [{ role: "user", content: "string", name: "name", tool_call_id: "id", tool_calls: [called] }];
    const { status } = await julep.call("POST", `/api/sessions/${newId()}/chat?connection_pool=%7B%7D`, {
      body: {
        messages,
        agent: "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
        auto_run_tools: true,
        frequency_penalty: -2,
        length_penalty: 0,
        logit_bias: { foo: -100 },
        max_tokens: 1,
        metadata: {},
        min_p: 0,
        model: "model",
        presence_penalty: -2,
        recall: true,
        recall_tools: true,
        remember: true,
        repetition_penalty: 0,
        response_format: { type: "text" },
        save: true,
        seed: -1,
        stop: ["string"],
        stream: true,
        temperature: 0,
        tool_choice: "auto",
        tools: [{ name: "name", type: "function", description: "description", ...spec }],
        top_p: 0,
        "X-Custom-Api-Key": "ignored here",
      },
    });
    expect(status).toBe(404);
  });

  test("11. messages and roles that do not fit are 422 and named", async () => {
    const { id } = await julep.session();
    const cases: [object, string, string][] = [
      [{ messages: [] }, "messages", "too_short"],
      [{}, "messages", "missing"],
      [{ messages: [{ content: "x" }] }, "messages[0].role", "missing"],
      [{ messages: [{ role: "user" }, { role: "bot" }] }, "messages[1].role", "literal_error"],
      [{ messages: [{ role: "user", content: [{ type: "text" }] }] }, "messages[0].content[0].text", "missing"],
    ];
    for (const [body, loc, type] of cases) {
      const answer = await chat(id, body);
      expect(answer.status).toBe(422);
      expect(answer.body.error).toMatchObject({ code: "validation_error", message: "Validation error" });
      const [detail] = answer.body.error.details;
      expect(detail).toEqual({
        type,
        loc,
        msg: expect.any(String),
        fix: expect.any(String),
        received: expect.any(String),
      });
    }
  });

  const edges: [string, readonly unknown[], readonly unknown[]][] = [
    ["temperature", [0, 5], [-0.01, 5.01, "1"]],
    ["top_p", [0, 1], [-0.01, 1.01]],
    ["min_p", [0, 1], [-0.01, 1.01]],
    ["frequency_penalty", [-2, 2], [-2.01, 2.01]],
    ["presence_penalty", [-2, 2], [-2.01, 2.01]],
    ["repetition_penalty", [0, 2], [-0.01, 2.01]],
    ["length_penalty", [0, 2], [-0.01, 2.01]],
    ["seed", [-1, 1000], [-2, 1001, 1.5]],
    ["max_tokens", [1], [0, 1.5]],
    ["stop", [["a", "b", "c", "d"], []], [["a", "b", "c", "d", "e"], null, "a"]],
    ["logit_bias", [{ "1": -100, "2": 100 }], [{ "1": 101 }, { "1": -101 }]],
    ["response_format", [{}, { type: "text" }], [{ type: "xml" }, { type: "json_schema" }]],
  ];
  test.each(edges)("12. 13. %s at its limits is taken, beyond them 422", async (field, taken, refused) => {
    const { id } = await julep.session();
    const render = (value: unknown) =>
      julep.call("POST", `/api/sessions/${id}/render`, { body: { ...user("hi"), [field]: value } });
    for (const value of taken) expect((await render(value)).status).toBe(200);
    for (const value of refused) {
      const { status, body } = await render(value);
      expect([value, status]).toEqual([value, 422]);
      expect(body.error.details[0].loc.startsWith(field)).toBe(true);
    }
  });

  test("12. settings reach the model as they are", async () => {
    const { id } = await julep.session({ default_settings: { temperature: 1, top_p: 0.5, stop: ["END"] } as never });
    await chat(id, { ...user("hi"), temperature: 0, seed: 7, max_tokens: 9, presence_penalty: 2, top_p: null });
    expect(julep.modelCalls()[0]?.body).toMatchObject({
      model: "test-model",
      temperature: 0,
      top_p: 0.5,
      stop: ["END"],
      seed: 7,
      max_tokens: 9,
      presence_penalty: 2,
    });
  });

  test("14. booleans are booleans", async () => {
    const { id } = await julep.session();
    for (const [field, value] of Object.entries({
      stream: "true",
      save: 1,
      recall: null,
      remember: null,
      auto_run_tools: null,
    })) {
      const { status, body } = await chat(id, { ...user("hi"), [field]: value });
      expect([status, body.error.details[0].loc]).toEqual([422, field]);
    }
  });

  test("15. an unknown model is 400 with those that are known", async () => {
    const { id } = await julep.session();
    const unknown = await chat(id, { ...user("hi"), model: "m".repeat(120) });
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "http_400"]);
    expect(unknown.body.error.message).toContain("test-model");
    expect((await chat(id, { ...user("hi"), model: "m".repeat(121) })).status).toBe(422);
  });

  test("16. a response format reaches the model", async () => {
    const { id } = await julep.session();
    const { body } = await chat(id, { ...user("json"), response_format: { type: "json_object" } });
    expect(JSON.parse(body.choices[0].message.content)).toEqual({ city: "Oslo" });
    const schema = { type: "object", properties: { city: { type: "string" } } };
    await chat(id, {
      ...user("json"),
      response_format: { type: "json_schema", json_schema: { name: "city", schema } },
    });
    await chat(id, { ...user("json"), response_format: { type: "json_schema", json_schema: schema } });
    const formats = julep.modelCalls().map((call) => call.body.response_format);
    expect(formats).toMatchObject([
      { type: "json_object" },
      { type: "json_schema", json_schema: { schema } },
      { type: "json_schema", json_schema: { schema } },
    ]);
  });

  test("17. max_tokens 1 ends with length", async () => {
    const { id } = await julep.session();
    const { body } = await chat(id, { ...user("be short"), max_tokens: 1 });
    expect(body.choices[0].finish_reason).toBe("length");
  });

  test("18. stop ends the answer before it, n makes no more choices", async () => {
    const { id } = await julep.session();
    const { body } = await chat(id, { ...user("stop at X"), stop: ["X"], n: 3 });
    expect(body.choices).toHaveLength(1);
    expect(body.choices[0].message.content).toBe("a ");
  });

  test("19. every form of content is taken and stored as parts", async () => {
    const { id } = await julep.session();
    const url = "data:image/png;base64,iVBORw0KGgo=";
    const forms: [unknown, unknown[]][] = [
      ["plain", [{ type: "text", text: "plain" }]],
      [
        ["one", "two"],
        [
          { type: "text", text: "one" },
          { type: "text", text: "two" },
        ],
      ],
      [
        [{ type: "text", text: "part" }, { text: "untyped" }],
        [
          { type: "text", text: "part" },
          { type: "text", text: "untyped" },
        ],
      ],
      [[{ type: "image_url", image_url: { url } }], [{ type: "image_url", image_url: { url, detail: "auto" } }]],
      [
        [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "42" }] }],
        [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "42" }] }],
      ],
    ];
    for (const [content, stored] of forms) {
      const answer = await chat(id, {
        messages: [
          { role: "user", content },
          { role: "user", content: "hi" },
        ],
      });
      expect(answer.status).toBe(201);
      expect((await entries(id)).at(-3).content).toEqual(stored);
    }
    const image = julep
      .modelCalls()[3]
      ?.body.messages.find((one: { content: unknown }) => JSON.stringify(one.content).includes("image_url"));
    expect(image.content).toMatchObject([{ type: "image_url", image_url: { url } }]);
    const bad = await chat(id, user([{ type: "image_url", image_url: { url: "ftp://x/y.png" } }]));
    expect(bad.status).toBe(422);
  });

  test("20. X-Custom-Api-Key is the provider's key for one call, and is kept nowhere", async () => {
    const { id } = await julep.session();
    const key = "sk-of-the-caller";
    const before = julep.providerKeys().length;
    const used = () => julep.providerKeys().slice(before);
    await julep.client.sessions.chat(id, { ...user("hi"), "X-Custom-Api-Key": key } as never);
    await chat(id, user("hi"));
    // The turn of the caller, the turn after it, and the session's title.
    await expect.poll(used).toEqual([`Bearer ${key}`, "Bearer mock", "Bearer mock"]);
    const { rows } = await julep.server.parley.ports.database.pool.query(
      `select (select json_agg(r) from "Run" r)::text || (select json_agg(e) from "RunEvent" e)::text as kept`,
    );
    expect(rows[0].kept).toContain(id);
    expect(rows[0].kept).not.toContain(key);
  });
});

describe("state", () => {
  test("21. 22. 25. the second chat sees the first, and the history has both at once", async () => {
    const { id } = await julep.session();
    const first = await chat(id, user("hi"));
    await chat(id, user("and now?"));
    const sent = julep.modelCalls()[1]?.body.messages.slice(1);
    expect(sent).toEqual([
      { role: "user", content: "hi" },
      { role: "assistant", content: "Hello! How are you?" },
      { role: "user", content: "and now?" },
    ]);
    const session = await julep.client.sessions.get(id);
    expect(Date.parse(session.updated_at)).toBeGreaterThan(Date.parse(session.created_at));
    const { body } = await julep.call("GET", `/api/sessions/${id}/history`);
    expect(Object.keys(body)).toEqual(["session_id", "created_at", "entries", "relations"]);
    const sources = body.entries.map((entry: { source: string }) => entry.source);
    expect(sources).toEqual(["api_request", "api_response", "api_request", "api_response"]);
    expect(new Set(body.entries.map((entry: { id: string }) => entry.id)).size).toBe(4);
    const times = body.entries.map((entry: { created_at: string }) => Date.parse(entry.created_at));
    expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
    expect(body.entries[1]).toEqual({
      id: first.body.choices[0].message.id,
      created_at: first.body.choices[0].message.created_at,
      timestamp: first.body.choices[0].message.created_at,
      role: "assistant",
      name: null,
      content: [{ type: "text", text: "Hello! How are you?" }],
      source: "api_response",
      tokenizer: "approx",
      token_count: 5,
      model: "test-model",
      tool_calls: null,
      tool_call_id: null,
    });
  });

  test("several new messages are stored in order, with their names and roles", async () => {
    const { id } = await julep.session();
    const messages = [
      { role: "system", content: "Be kind." },
      { role: "user", content: "one", name: "Bo" },
      { role: "assistant", content: "two" },
      { role: "user", content: "three" },
    ];
    await chat(id, { messages });
    const stored = (await entries(id)).map(({ role, name, content }: Record<string, unknown>) => ({
      role,
      name,
      content,
    }));
    expect(stored.slice(0, 4)).toEqual(
      messages.map(({ role, name = null, content }) => ({ role, name, content: [{ type: "text", text: content }] })),
    );
    expect(julep.modelCalls()[0]?.body.messages.map((message: { role: string }) => message.role)).toEqual([
      "system",
      "system",
      "user",
      "assistant",
      "user",
    ]);
  });

  test("23. save false leaves no trace in the history, and tells its usage", async () => {
    const { id } = await julep.session();
    await chat(id, user("hi"));
    const answer = await chat(id, { ...user("secret"), save: false });
    expect(answer.body.usage.total_tokens).toBeGreaterThan(0);
    expect(await entries(id)).toHaveLength(2);
    const streamed = await chat(id, { ...user("secret"), save: false, stream: true });
    expect([streamed.status, (await entries(id)).length]).toEqual([201, 2]);
  });

  test("24. a provider that fails is 502 and stores nothing", async () => {
    const { id } = await julep.session();
    for (const stream of [false, true]) {
      const answer = await chat(id, { ...user("break down"), stream });
      expect(answer).toMatchObject({ status: 502, body: { error: { code: "llm_api_error", type: "llm_api_error" } } });
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(await entries(id)).toEqual([]);
    }
    expect((await chat(id, user("hi"))).status).toBe(201);
  });

  test("a provider that refuses the request is 400 with what it said", async () => {
    const { id } = await julep.session();
    const answer = await chat(id, user("refuse"));
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "llm_bad_request" } } });
    expect(answer.body.message).toContain("no such parameter");
    await expect(julep.client.sessions.chat(id, user("refuse") as never)).rejects.toThrow(Julep.BadRequestError);
  });

  test("26. two chats at once both complete, each stored in one piece", async () => {
    const { id } = await julep.session();
    const answers = await Promise.all(["a slow one", "another slow one", "hi"].map((text) => chat(id, user(text))));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    const stored = await entries(id);
    expect(stored.map((entry: { role: string }) => entry.role).join(" ")).toBe(
      "user assistant user assistant user assistant",
    );
    const times = stored.map((entry: { created_at: string }) => Date.parse(entry.created_at));
    expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
    for (const answer of answers) {
      const { id: messageId } = answer.body.choices[0].message;
      const at = stored.findIndex((entry: { id: string }) => entry.id === messageId);
      expect(at % 2).toBe(1);
    }
  });

  test("those who wait come in the order of their requests, and an eleventh is told to come back", async () => {
    const { id } = await julep.session();
    const sent: ReturnType<typeof chat>[] = [chat(id, user("an endless one"))];
    await expect.poll(() => julep.modelCalls().length).toBe(1);
    const lineUp = vi.spyOn(julep.server.parley.ports.runner, "lineUp");
    const waiting = Array.from({ length: 10 }, (_, n) => `number ${n}`);
    for (const [n, text] of waiting.entries()) {
      sent.push(chat(id, user(text)));
      await expect.poll(() => lineUp.mock.calls.length).toBe(n + 1);
    }
    const eleventh = await chat(id, user("one too many"));
    expect([eleventh.status, eleventh.headers.get("retry-after")]).toEqual([429, "5"]);
    lineUp.mockRestore();
    await julep.call("POST", `/api/v1/chat/${id}/stop`);
    for (const answer of await Promise.all(sent)) expect(answer.status).toBe(201);
    const asked = (await entries(id)).flatMap((entry: { role: string; content: { text: string }[] }) =>
      entry.role === "user" ? [entry.content[0]?.text] : [],
    );
    expect(asked).toEqual(["an endless one", ...waiting]);
  });

  test("one who leaves the line makes room, and is not answered", async () => {
    const { id } = await julep.session();
    const first = chat(id, user("an endless one"));
    await expect.poll(() => julep.modelCalls().length).toBe(1);
    const lineUp = vi.spyOn(julep.server.parley.ports.runner, "lineUp");
    const leaving = new AbortController();
    const second = julep.call("POST", `/api/sessions/${id}/chat`, { body: user("never"), signal: leaving.signal });
    await expect.poll(() => lineUp.mock.calls.length).toBe(1);
    const third = chat(id, user("after all"));
    await expect.poll(() => lineUp.mock.calls.length).toBe(2);
    lineUp.mockRestore();
    leaving.abort();
    await julep.call("POST", `/api/v1/chat/${id}/stop`);
    await Promise.allSettled([first, second, third]);
    const texts = JSON.stringify(await entries(id));
    expect([texts.includes("never"), texts.includes("after all")]).toEqual([false, true]);
  });

  test("a caller of a JSON answer who hangs up leaves nothing, and the model call ends", async () => {
    const { id } = await julep.session();
    const leaving = new AbortController();
    const call = julep.call("POST", `/api/sessions/${id}/chat`, { body: user("endless"), signal: leaving.signal });
    await expect.poll(() => julep.modelCalls().length).toBe(1);
    leaving.abort();
    await call.catch(() => {});
    await expect.poll(() => julep.server.parley.ports.runner.count()).toBe(0);
    expect(await entries(id)).toEqual([]);
    expect((await chat(id, user("hi"))).status).toBe(201);
  });

  test("a turn stopped in the web app gives its caller what was said so far", async () => {
    const { id } = await julep.session();
    const call = chat(id, user("endless"));
    await expect.poll(() => julep.server.parley.ports.runner.count()).toBe(1);
    const watched = (await julep.send("GET", `/api/v1/chat/${id}/messages/stream`)).body?.getReader();
    let told = "";
    while (!told.includes("It takes")) told += new TextDecoder().decode((await watched?.read())?.value);
    await julep.call("POST", `/api/v1/chat/${id}/stop`);
    const { status, body } = await call;
    expect([status, body.choices[0].finish_reason]).toEqual([201, "stop"]);
    const { content } = body.choices[0].message;
    expect(content).toMatch(/^It takes/);
    expect(content.length).toBeLessThan(ENDLESS.length);
    expect((await entries(id)).at(-1).content).toEqual([{ type: "text", text: content }]);
  });

  test("27. remember changes nothing", async () => {
    const { id } = await julep.session();
    expect((await chat(id, { ...user("hi"), remember: true })).status).toBe(201);
  });

  test("28. a deleted session is gone everywhere", async () => {
    const { id } = await julep.session();
    await chat(id, user("hi"));
    await julep.client.sessions.delete(id);
    expect((await julep.call("GET", `/api/sessions/${id}`)).status).toBe(404);
    expect((await chat(id, user("hi"))).status).toBe(404);
    expect((await julep.call("POST", `/api/sessions/${id}/render`, { body: user("hi") })).status).toBe(404);
    expect((await julep.call("GET", `/api/sessions/${id}/history`)).status).toBe(404);
  });

  test("a session deleted while it answers is 404 to its caller", async () => {
    const { id } = await julep.session();
    const call = chat(id, user("endless"));
    await expect.poll(() => julep.modelCalls().length).toBe(1);
    await julep.client.sessions.delete(id);
    expect((await call).status).toBe(404);
    await expect.poll(() => julep.server.parley.ports.runner.count()).toBe(0);
  });

  test("a history can be emptied, and the session goes on from nothing", async () => {
    const { id } = await julep.session();
    await chat(id, user("hi"));
    const gone = await julep.call("DELETE", `/api/sessions/${id}/history`);
    expect([gone.status, gone.body.id]).toEqual([202, id]);
    expect(await entries(id)).toEqual([]);
    await chat(id, user("again"));
    expect(await entries(id)).toHaveLength(2);
    expect(julep.modelCalls()[1]?.body.messages).toHaveLength(2);
    expect((await julep.call("DELETE", `/api/sessions/${newId()}/history`)).status).toBe(404);
  });

  test("a history can be asked for other sources", async () => {
    const { id } = await julep.session();
    await chat(id, user("hi"));
    const { body } = await julep.call("GET", `/api/sessions/${id}/history?source=api_response&source=tool_request`);
    expect(body.entries.map((entry: { source: string }) => entry.source)).toEqual(["api_response"]);
  });
});

describe("tools", () => {
  test("45. 46. a call is returned at both levels, and its result continues the turn", async () => {
    const { id, agentId } = await julep.session();
    await julep.client.agents.tools.create(agentId, weather as never);
    const { body } = await chat(id, user("the weather in Oslo?"));
    const [choice] = body.choices;
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
      integration: null,
      system: null,
      api_call: null,
      computer_20241022: null,
      text_editor_20241022: null,
      bash_20241022: null,
    };
    expect(choice).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    expect(choice.tool_calls).toEqual([call]);
    expect(choice.message.tool_calls).toEqual([call]);

    const result = { role: "tool", tool_call_id: "call_1", content: '{"sky":"rain"}' };
    const answer = await chat(id, { messages: [result] });
    expect(answer.body.choices[0].message.content).toBe("It rains in Oslo.");
    const stored = await entries(id);
    expect(stored.map(({ role, source }: Record<string, string>) => `${role} ${source}`)).toEqual([
      "user api_request",
      "assistant api_response",
      "tool api_request",
      "assistant api_response",
    ]);
    expect(stored[1]).toMatchObject({ content: [], tool_calls: [call] });
    expect(stored[2]).toMatchObject({ content: [{ type: "text", text: '{"sky":"rain"}' }], tool_call_id: "call_1" });
    expect(julep.modelCalls()[1]?.body.messages.slice(1)).toMatchObject([
      { role: "user", content: "the weather in Oslo?" },
      { role: "assistant", tool_calls: [{ id: "call_1", function: { name: "get_weather" } }] },
      { role: "tool", tool_call_id: "call_1", content: '{"sky":"rain"}' },
    ]);
  });

  test("a tool_result part answers a call as a tool message does", async () => {
    const { id } = await julep.session();
    await chat(id, { ...user("the weather in Oslo?"), tools: [weather] });
    const content = [
      { type: "tool_result", tool_use_id: "call_1", content: [{ type: "text", text: "rain" }] },
      { type: "text", text: "So, the weather?" },
    ];
    await chat(id, { ...user(content), tools: [weather] });
    expect(julep.modelCalls()[1]?.body.messages.slice(2)).toMatchObject([
      { role: "assistant", tool_calls: [{ id: "call_1" }] },
      { role: "tool", tool_call_id: "call_1", content: "rain" },
      { role: "user", content: "So, the weather?" },
    ]);
  });

  test("a call that nobody answers is closed before the next message", async () => {
    const { id } = await julep.session();
    await chat(id, { ...user("the weather in Oslo?"), tools: [weather] });
    await chat(id, user("never mind"));
    expect(julep.modelCalls()[1]?.body.messages.slice(1)).toMatchObject([
      { role: "user" },
      { role: "assistant", tool_calls: [{ id: "call_1" }] },
      { role: "tool", tool_call_id: "call_1", content: '{"error":"not answered"}' },
      { role: "user", content: "never mind" },
    ]);
  });

  test("recall_tools false leaves past calls out, but for the one that is answered", async () => {
    const { id } = await julep.session();
    await chat(id, { ...user("the weather in Oslo?"), tools: [weather] });
    const result = { role: "tool", tool_call_id: "call_1", content: "rain" };
    await chat(id, { messages: [result], recall_tools: false });
    await chat(id, { ...user("thanks"), recall_tools: false });
    const roles = julep.modelCalls().map((call) => call.body.messages.map((message: { role: string }) => message.role));
    expect(roles[1]).toEqual(["system", "user", "assistant", "tool"]);
    expect(roles[2]).toEqual(["system", "user", "assistant", "user"]);
  });

  test("tool_choice none hides the tools, a name forces one, an unknown name is 400", async () => {
    const { id } = await julep.session();
    const hi = { ...user("hi"), tools: [weather] };
    await chat(id, { ...hi, tool_choice: "none" });
    await chat(id, { ...hi, tool_choice: { function: { name: "get_weather" } } });
    const [none, named] = julep.modelCalls().map((call) => call.body);
    expect(none.tools).toBeUndefined();
    expect(named.tool_choice).toEqual({ type: "function", function: { name: "get_weather" } });
    const unknown = await chat(id, { ...hi, tool_choice: { function: { name: "nobody" } } });
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "http_400"]);
  });

  test("calls that the caller sends are understood in every form", async () => {
    const { id } = await julep.session();
    const calls = [
      { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
      { id: "b", type: "computer_20241022", computer_20241022: { action: "key", text: "x" } },
      { action: "screenshot" },
      { command: "view", path: "/x" },
      { command: "ls" },
    ];
    await chat(id, {
      messages: [
        { role: "assistant", tool_calls: calls },
        { role: "user", content: "hi" },
      ],
    });
    const [entry] = await entries(id);
    expect(entry.tool_calls.map((call: { function: unknown }) => call.function)).toMatchObject([
      { name: "f", arguments: '{"x":1}' },
      { name: "computer", arguments: '{"action":"key","text":"x"}' },
      { name: "computer", arguments: '{"action":"screenshot"}' },
      { name: "str_replace_editor", arguments: '{"command":"view","path":"/x"}' },
      { name: "bash", arguments: '{"command":"ls","restart":false}' },
    ]);
    const wrong = await chat(id, { messages: [{ role: "assistant", tool_calls: [{ type: "function" }] }] });
    expect(wrong.status).toBe(422);
  });
});

describe("several agents", () => {
  test("59. the first answers unless another of the session is named", async () => {
    const { client } = julep;
    const a = await client.agents.create({ name: "A", instructions: "Say A." });
    const b = await client.agents.create({
      name: "B",
      default_settings: { temperature: 0.25 } as never,
      default_system_template: "You are the second.",
    });
    await client.agents.tools.create(b.id, weather as never);
    const { id } = await client.sessions.create({ agents: [a.id, b.id] });
    await chat(id, user("hi"));
    await chat(id, { ...user("hi"), agent: b.id.toUpperCase() });
    const [first, second] = julep.modelCalls().map((call) => call.body);
    expect(first.messages[0].content).toContain("Say A.");
    expect(first.tools).toBeUndefined();
    expect(second.messages[0].content).toBe("You are the second.");
    expect([second.temperature, second.tools[0].function.name]).toEqual([0.25, "get_weather"]);
    const { agentId: outsider } = await julep.session();
    expect((await chat(id, { ...user("hi"), agent: outsider })).status).toBe(404);
    expect((await chat(id, { ...user("hi"), agent: newId() })).status).toBe(404);
  });
});
