import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { type ModelBox, startModelBox } from "../testing/model-box.ts";
import { openAddedProviders } from "./added-providers.ts";

const KEY = "sk-box-0123456789abcdefWXYZ";

let api: Api;
let box: ModelBox;
let base: string;
beforeAll(async () => {
  api = await openApi({ MODEL_PROVIDERS: "everybody" });
  api.model.onMessage(/./, { content: "the server's own answer" });
  box = await startModelBox(KEY);
  base = box.url;
});
afterAll(async () => {
  await api.close();
  await box.close();
});

const pool = () => api.server.parley.ports.database.pool;
const app = async (method: string, path: string, body?: object, accountId?: string) =>
  api.call(method, `/api/app${path}`, {
    body,
    key: null,
    headers: { "sec-fetch-site": "same-origin", cookie: await api.server.signIn(accountId) },
  });
const add = (body: object, accountId?: string) =>
  app("POST", "/providers", { kind: "compatible", base_url: base, api_key: KEY, ...body }, accountId);
const fields = (body: { detail: { loc: string[]; msg: string }[] }) =>
  Object.fromEntries(body.detail.map(({ loc, msg }) => [loc.at(-1), msg]));

describe("a provider that a person adds", () => {
  let id: string;
  beforeAll(async () => {
    const made = await add({ name: "box" });
    expect(made).toMatchObject({
      status: 201,
      // The embedding model of its list is none that one could talk with.
      body: { name: "box", kind: "compatible", base_url: base, key_hint: "WXYZ", models: 2 },
    });
    id = made.body.id;
  });

  test("its models are listed with the server's own, in the app and in the API", async () => {
    const { body } = await app("GET", "/models");
    expect(body.default).toBe("test-model");
    expect(body.items).toEqual(
      expect.arrayContaining([
        {
          id: "box/llama",
          label: "Llama of the box",
          provider: "box",
          context_window: 8192,
          tools: true,
          images: false,
          reasoning: null,
          price: { input: 0.2, output: 0.6 },
        },
        expect.objectContaining({ id: "box/vendor/qwen", label: null, provider: "box", context_window: null }),
        expect.objectContaining({ id: "test-model", provider: null }),
      ]),
    );
    expect(body.unlisted).toEqual([]);
    const listed = await api.call("GET", "/api/agents/models");
    expect(JSON.stringify(listed.body)).toContain("box/llama");
  });

  test("answers in every dialect that names its model, by its own name and key", async () => {
    const { body: session } = await api.call("POST", "/api/v1/chat", { body: {} });
    const path = `/api/v1/chat/${session.session_id}`;
    const told = await api.call("POST", `${path}/messages/stream?event_ids=1`, {
      body: { index_ids: [], prompt: "hello", model: "box/llama" },
    });
    expect(told.body).toContain("the box answers as llama");
    expect(told.body).toContain('"model":"box/llama"');

    const { body: agent } = await api.call("POST", "/api/agents", { body: { name: "x", model: "box/vendor/qwen" } });
    const { body: made } = await api.call("POST", "/api/sessions", { body: { agent: agent.id } });
    const messages = [{ role: "user", content: "hello" }];
    const chat = await api.call("POST", `/api/sessions/${made.id}/chat`, { body: { messages } });
    expect(chat.body.choices[0].message.content).toBe("the box answers as vendor/qwen");

    const completions = `/api/v1/compatibility/openai/v1/assistants/${agent.id}/chat/completions`;
    const answer = await api.call("POST", completions, { body: { model: agent.model, messages, stream: false } });
    expect(answer.body.choices[0].message.content).toBe("the box answers as vendor/qwen");
    expect(new Set(box.calls.map(({ key }) => key))).toEqual(new Set([`Bearer ${KEY}`]));
  });

  test("a session goes on with a model of another provider, which gets what was said before", async () => {
    const { body: session } = await api.call("POST", "/api/v1/chat", { body: {} });
    const path = `/api/v1/chat/${session.session_id}`;
    for (const [prompt, model] of [
      ["first", "box/llama"],
      ["second", "test-model"],
      ["third", "box/vendor/qwen"],
    ]) {
      await api.call("POST", `${path}/messages/stream`, { body: { index_ids: [], prompt, model } });
    }
    const { events } = (await api.call("GET", `${path}?event_ids=1`)).body;
    const told = events.flatMap((event: { type: string; content: string }) =>
      event.type === "text" ? event.content : [],
    );
    expect(told).toEqual(["the box answers as llama", "the server's own answer", "the box answers as vendor/qwen"]);
    const second = JSON.stringify(api.modelCalls().at(-1)?.body.messages);
    expect(second).toMatch(/first.*the box answers as llama.*second/u);
  });

  test("a model that it does not have is refused with those there are", async () => {
    const { body: session } = await api.call("POST", "/api/v1/chat", { body: {} });
    const told = await api.call("POST", `/api/v1/chat/${session.session_id}/messages/stream`, {
      body: { index_ids: [], prompt: "hello", model: "box/none" },
    });
    expect(told.status).toBe(400);
    expect(told.body.detail).toMatch(/"box\/none" is not available.*box\/llama/u);
  });

  test("its key is in no answer and in no column but sealed", async () => {
    const answers = [await app("GET", "/providers"), await app("GET", "/models"), await add({ name: "box" })];
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain(KEY.slice(0, 12));
    const { rows } = await pool().query(`select to_jsonb(p)::text as row from "ModelProvider" p`);
    expect(rows[0].row).toContain('"sealedKey": "v1.');
    expect(JSON.stringify(rows)).not.toContain(KEY.slice(0, 12));
  });

  test("is nobody else's: not its models, not its row", async () => {
    const other = await api.server.makeAccount();
    expect((await app("GET", "/providers", undefined, other.id)).body).toEqual({ items: [], may_add: true });
    expect(JSON.stringify((await app("GET", "/models", undefined, other.id)).body)).not.toContain("box/");
    expect((await app("PATCH", `/providers/${id}`, { name: "mine" }, other.id)).status).toBe(404);
    expect((await app("DELETE", `/providers/${id}`, undefined, other.id)).status).toBe(404);
    const { body: session } = await api.call("POST", "/api/v1/chat", { body: {}, key: other.key });
    const told = await api.call("POST", `/api/v1/chat/${session.session_id}/messages/stream`, {
      body: { index_ids: [], prompt: "hello", model: "box/llama" },
      key: other.key,
    });
    expect(told.status).toBe(400);
  });

  test("is renamed, and keeps its key, but not for another address", async () => {
    const renamed = await app("PATCH", `/providers/${id}`, { name: "crate" });
    expect(renamed).toMatchObject({ status: 200, body: { name: "crate", key_hint: "WXYZ", models: 2 } });
    expect(JSON.stringify((await app("GET", "/models")).body)).toContain("crate/llama");
    const moved = await app("PATCH", `/providers/${id}`, { base_url: "https://elsewhere.example/v1" });
    expect(moved.status).toBe(422);
    expect(fields(moved.body).api_key).toMatch(/Enter the key again/u);
    expect((await app("PATCH", `/providers/${id}`, { name: "box" })).status).toBe(200);
  });

  test("whose key was sealed under another secret says what to do", async () => {
    const { ports, settings, ownerId } = api.server.parley;
    const parts = { database: ports.database, own: { ...ports.models }, settings, ownerId, log: ports.log };
    const { port } = openAddedProviders({
      ...parts,
      own: { ...ports.models, call: () => neverAsked(), embedding: null },
      waits: { firstMs: 1000, silenceMs: 1000, totalMs: 1000 },
      secret: "another secret",
    });
    const { rows } = await pool().query(`select * from "ModelProvider"`);
    expect(() => port.keyOf(ownerId, rows[0])).toThrow(/NEXTAUTH_SECRET has changed. Enter it again/u);
  });

  test("is gone with its models once it is removed", async () => {
    expect((await app("DELETE", `/providers/${id}`)).status).toBe(204);
    expect((await app("DELETE", `/providers/${id}`)).status).toBe(404);
    expect(JSON.stringify((await app("GET", "/models")).body)).not.toContain("box/");
    const { rows } = await pool().query(`select 1 from "ModelProvider"`);
    expect(rows).toEqual([]);
  });
});

describe("a provider is not saved", () => {
  test("that refuses the key, and its words are told at the key", async () => {
    const told = await add({ name: "wrong", api_key: "sk-wrong-0123456789abcdef" });
    expect(told.status).toBe(422);
    expect(fields(told.body).api_key).toMatch(/refused the API key \(401\).*Nothing was saved\./u);
    expect(JSON.stringify(told.body)).not.toContain("sk-wrong-0123456789");
  });

  test.each([
    ["http://127.0.0.1:9/v1", /failed \(ECONNREFUSED\)/u],
    ["http://nowhere.invalid/v1", /not found on the public internet|ENOTFOUND/u],
  ])("that cannot be reached: %s", async (base_url, why) => {
    const told = await add({ name: "away", base_url });
    expect(told.status).toBe(422);
    expect(fields(told.body).base_url).toMatch(why);
  });

  test.each([
    [{ name: "Two Words" }, "name"],
    [{ name: "a/b" }, "name"],
    [{ name: "x", base_url: "ftp://x" }, "base_url"],
    [{ name: "x", base_url: "http://user:pass@x/v1" }, "base_url"],
    [{ name: "x", base_url: null }, "base_url"],
    [{ name: "x", api_key: "two words" }, "api_key"],
    [{ name: "x", kind: "anthropic", api_key: null }, "api_key"],
    [{ name: "x", kind: "nonsense" }, "kind"],
  ])("as %j", async (body, field) => {
    const told = await add(body);
    expect(told.status).toBe(422);
    expect(Object.keys(fields(told.body))).toContain(field);
  });

  test("whose address holds a key, since addresses are stored and shown as they are", async () => {
    for (const query of ["key=abc", "api-version=1&access_token=abc"]) {
      const told = await add({ name: "keyed", base_url: `${base}?${query}` });
      expect([told.status, fields(told.body).base_url]).toEqual([
        422,
        expect.stringContaining("without a name, password or key"),
      ]);
    }
  });

  test("at a private address, but by the owner of a server for this machine", async () => {
    const other = await api.server.makeAccount();
    const told = await add({ name: "box" }, other.id);
    expect(told.status).toBe(422);
    expect(fields(told.body).base_url).toMatch(/was not found on the public internet/u);
    expect(box.calls.some(({ path }) => path.includes("other"))).toBe(false);
  });

  test("by a guest, and by who holds a key", async () => {
    const guest = await api.call("POST", "/api/v1/chat", {
      body: {},
      key: null,
      headers: { "sec-fetch-site": "same-origin" },
    });
    const cookie = guest.headers.getSetCookie().map((one) => one.split(";")[0]);
    const headers = { "sec-fetch-site": "same-origin", cookie: cookie.join("; ") };
    const body = { kind: "compatible", base_url: base, name: "x" };
    expect((await api.call("POST", "/api/app/providers", { body, key: null, headers })).status).toBe(403);
    expect((await api.call("POST", "/api/app/providers", { body })).status).toBe(403);
    const { rows } = await pool().query(`select 1 from "ModelProvider"`);
    expect(rows).toEqual([]);
  });
});

function neverAsked(): never {
  throw new Error("nobody asks it");
}
