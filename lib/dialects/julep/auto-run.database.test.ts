import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
let site: Server;
let seen: { method?: string; url?: string; body: string; headers: Record<string, unknown> }[] = [];
let siteUrl = "";

/**
 * What the model is to do, by the first word of the question: call this tool with these arguments, over and over or
 * once.
 */
let call: { name: string; input: object; repeats?: boolean | "varied" } = { name: "", input: {} };

beforeAll(async () => {
  site = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    seen.push({ method: request.method, url: request.url, body, headers: request.headers });
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"weather":"rain"}');
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  siteUrl = `http://127.0.0.1:${port}`;
  julep = await openJulep({ OUTBOUND_ALLOW: `127.0.0.1:${port}` });
  let calls = 0;
  julep.model.onMessage(/^use/, (request) => {
    if (request.messages.at(-1)?.role === "tool" && !call.repeats) return { content: "Done." };
    calls++;
    const input = call.repeats === "varied" ? { ...call.input, n: calls } : call.input;
    return { toolCalls: [{ id: `call_${calls}`, name: call.name, arguments: JSON.stringify(input) }] };
  });
  julep.model.onMessage(/.*/s, { content: "Hello." });
});
beforeEach(() => {
  seen = [];
  julep.model.clearRequests();
});
afterAll(async () => {
  await julep.close();
  site.close();
});

const use = { messages: [{ role: "user", content: "use it" }] };
const dummy = { name: "echo", type: "integration", integration: { provider: "dummy" } };

async function sessionWith(tools: object[], session: object = {}): Promise<string> {
  const { id: agent } = await julep.client.agents.create({ name: "Ada" });
  for (const body of tools) {
    const made = await julep.call("POST", `/api/agents/${agent}/tools`, { body });
    expect(made.status).toBe(201);
  }
  const { body } = await julep.call("POST", "/api/sessions", { body: { agent, auto_run_tools: true, ...session } });
  return body.id;
}

const chat = (id: string, body: object = use) => julep.call("POST", `/api/sessions/${id}/chat`, { body });
const history = async (id: string, query = "") =>
  (await julep.call("GET", `/api/sessions/${id}/history${query}`)).body.entries;
const ALL = "?source=api_request&source=tool_request&source=tool_response&source=api_response";
/** What the tool gave, as the model saw it. */
const toolOutput = () => JSON.parse(julep.modelCalls().at(-1)?.body.messages.at(-1).content);

describe("the loop", () => {
  test("47. a dummy integration runs, its turns are kept aside, and recall_tools says whether prompts hold them", async () => {
    call = { name: "echo", input: { a: 1 } };
    const id = await sessionWith([dummy]);
    const { status, body } = await chat(id);
    expect([status, body.choices[0].message.content, body.choices[0].finish_reason]).toEqual([201, "Done.", "stop"]);
    expect(body.choices[0].tool_calls).toBeNull();
    expect(toolOutput()).toEqual({ a: 1 });
    const sources = (entries: { source: string }[]) => entries.map((entry) => entry.source);
    expect(sources(await history(id))).toEqual(["api_request", "api_response"]);
    expect(sources(await history(id, ALL))).toEqual(["api_request", "tool_request", "tool_response", "api_response"]);
    const roles = async (recall_tools: boolean) => {
      const ask = { messages: [{ role: "user", content: "hi" }], recall_tools };
      const { body: rendered } = await julep.call("POST", `/api/sessions/${id}/render`, { body: ask });
      return rendered.messages.map((message: { role: string }) => message.role);
    };
    expect(await roles(true)).toEqual(["system", "user", "assistant", "tool", "assistant", "user"]);
    expect(await roles(false)).toEqual(["system", "user", "assistant", "user"]);
  });

  test("usage is that of all calls together", async () => {
    call = { name: "echo", input: {} };
    const id = await sessionWith([dummy]);
    const { body } = await chat(id);
    const { body: single } = await chat(id, { messages: [{ role: "user", content: "hi" }], save: false });
    expect(body.usage.completion_tokens).toBeGreaterThan(single.usage.completion_tokens);
    expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens);
  });

  test("48. an unknown tool and a failing one are told to the model, which goes on", async () => {
    const id = await sessionWith([dummy, { name: "mail", type: "integration", integration: { provider: "email" } }]);
    for (const [name, fault] of [
      ["nothing", "There is no tool"],
      ["mail", 'only "dummy" is'],
    ] as const) {
      call = { name, input: {} };
      expect((await chat(id)).body.choices[0].message.content).toBe("Done.");
      expect(toolOutput().error).toContain(fault);
    }
  });

  test("48. calls without an end stop after ten rounds, and the last are returned", async () => {
    call = { name: "echo", input: {}, repeats: "varied" };
    const id = await sessionWith([dummy]);
    const { body } = await chat(id);
    expect([body.choices[0].finish_reason, body.choices[0].tool_calls.length]).toEqual(["tool_calls", 1]);
    expect(julep.modelCalls()).toHaveLength(10);
  });

  test("the same call three times in a row ends the loop", async () => {
    call = { name: "echo", input: { b: 1, a: 2 }, repeats: true };
    const id = await sessionWith([dummy]);
    const { body } = await chat(id);
    expect(body.choices[0].finish_reason).toBe("tool_calls");
    expect(julep.modelCalls()).toHaveLength(3);
  });

  test("a function is the caller's, and a session can leave all calls to the caller", async () => {
    const weather = { name: "weather", type: "function", function: { parameters: { type: "object" } } };
    call = { name: "weather", input: { city: "Oslo" } };
    const { body } = await chat(await sessionWith([dummy, weather]));
    expect(body.choices[0].tool_calls[0].function.name).toBe("weather");
    call = { name: "echo", input: {} };
    for (const session of [{ forward_tool_calls: true }, { auto_run_tools: false }]) {
      const { body: forwarded } = await chat(await sessionWith([dummy], session));
      expect(forwarded.choices[0].tool_calls[0].function.name).toBe("echo");
    }
    const overridden = await chat(await sessionWith([dummy]), { ...use, auto_run_tools: false });
    expect(overridden.body.choices[0].finish_reason).toBe("tool_calls");
  });
});

describe("system operations", () => {
  const system = (spec: object) => ({ name: "api", type: "system", system: spec });

  test("they act for the account of the turn, with the answers of the API", async () => {
    call = { name: "api", input: { name: "Bo", about: "made by a model" } };
    await chat(await sessionWith([system({ resource: "user", operation: "create" })]));
    const { id } = toolOutput();
    expect((await julep.client.users.get(id)).name).toBe("Bo");
  });

  test("what the tool fixes wins over what the model says", async () => {
    const { id: user } = await julep.client.users.create({ name: "Bo" });
    const { id: other } = await julep.client.users.create({ name: "Cy" });
    call = { name: "api", input: { id: other, user_id: other } };
    await chat(await sessionWith([system({ resource: "user", operation: "get", resource_id: user })]));
    expect(toolOutput().name).toBe("Bo");
  });

  test("docs are searched, and what is wrong is named", async () => {
    const { id: owner } = await julep.client.users.create({ name: "Bo" });
    await julep.call("POST", `/api/users/${owner}/docs`, { body: { title: "T", content: "the harbour" } });
    const search = system({ resource: "user", subresource: "doc", operation: "search", resource_id: owner });
    call = { name: "api", input: { text: "harbour" } };
    const id = await sessionWith([search]);
    await chat(id);
    expect(toolOutput().docs[0].snippet.content).toBe("the harbour");
    call = { name: "api", input: { text: "harbour", limit: 99 } };
    await chat(id);
    expect(toolOutput().error).toMatch(/^limit: /);
  });

  test("another account's resource is not there", async () => {
    const { key } = await julep.server.makeAccount();
    const { body: foreign } = await julep.call("POST", "/api/users", { key, body: { name: "Not yours" } });
    for (const operation of ["get", "delete", "patch"]) {
      call = { name: "api", input: { id: foreign.id } };
      await chat(await sessionWith([system({ resource: "user", operation })]));
      expect(toolOutput()).toEqual({ error: "User not found" });
    }
    expect((await julep.call("GET", `/api/users/${foreign.id}`, { key })).body.name).toBe("Not yours");
  });

  test("a session chats with another, never with itself", async () => {
    const other = await sessionWith([]);
    const tool = system({ resource: "session", operation: "chat" });
    const id = await sessionWith([tool]);
    call = { name: "api", input: { id: other, messages: [{ role: "user", content: "hi" }] } };
    await chat(id);
    expect(toolOutput().choices[0].message.content).toBe("Hello.");
    expect(await history(other)).toHaveLength(2);
    call = { name: "api", input: { id: id.toUpperCase(), messages: [{ role: "user", content: "hi" }] } };
    await chat(id);
    expect(toolOutput()).toEqual({ error: "A session cannot chat with itself" });
  });

  test("an operation that is not offered names those that are", async () => {
    call = { name: "api", input: {} };
    await chat(await sessionWith([system({ resource: "task", operation: "create" })]));
    expect(toolOutput().error).toMatch(/"task.create" is not offered\. Offered are: agent\.create, /);
  });
});

describe("API calls", () => {
  const api = (spec: object) => ({
    name: "site",
    type: "api_call",
    api_call: { method: "GET", url: siteUrl, ...spec },
  });

  test("a GET has the model's arguments in its query, what the tool fixes wins", async () => {
    call = { name: "site", input: { city: "Oslo", key: "the model's" } };
    const tool = api({ url: `${siteUrl}/w?a=1`, headers: { "x-mine": "yes" }, params: { key: "the tool's" } });
    await chat(await sessionWith([tool]));
    expect(toolOutput()).toMatchObject({ status_code: 200, json: { weather: "rain" } });
    const [request] = seen;
    expect(request?.url).toBe("/w?a=1&city=Oslo&key=the+tool%27s");
    expect(request?.headers["x-mine"]).toBe("yes");
  });

  test("a POST has them in its JSON body, and can be asked for its status alone", async () => {
    call = { name: "site", input: { city: "Oslo" } };
    await chat(await sessionWith([api({ method: "POST", json: { fixed: true }, include_response_content: false })]));
    expect(toolOutput()).toEqual({ status_code: 200, headers: expect.any(Object) });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ city: "Oslo", fixed: true });
  });

  test("a form is sent as one", async () => {
    call = { name: "site", input: { city: "Oslo" } };
    await chat(await sessionWith([api({ method: "POST", data: { a: "1" } })]));
    expect([seen[0]?.headers["content-type"], seen[0]?.body]).toEqual([
      "application/x-www-form-urlencoded",
      "city=Oslo&a=1",
    ]);
  });

  test.each(["http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data", "http://localhost/", "http://[::1]/"])(
    "49. %s is refused as an error of the tool",
    async (url) => {
      call = { name: "site", input: {} };
      const { status, body } = await chat(await sessionWith([api({ url })]));
      expect([status, body.choices[0].message.content]).toEqual([201, "Done."]);
      expect(toolOutput().error).toEqual(expect.any(String));
      expect(seen).toEqual([]);
    },
  );
});
