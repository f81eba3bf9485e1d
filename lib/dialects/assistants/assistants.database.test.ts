import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
} from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Api, openApi } from "../../testing/api.ts";
import { ORIGIN, OWNER_KEY } from "../../testing/server.ts";

// The numbered cases of the project's contract for assistants, section 10.

const PREFIX = "/api/v1/compatibility/openai/v1";
const LONG = "Emoji 🎉 and 漢字 arrive as they are. ".repeat(8).trim();
const MODEL = "test-model";

let api: Api;
let agentId: string;
let other: { id: string; key: string };

beforeAll(async () => {
  api = await openApi();
  other = await api.server.makeAccount();
  agentId = (await manager().beta.assistants.create({ model: "", name: "Ada", instructions: "Be brief." })).id;
});
afterAll(() => api.close());

beforeEach(() => {
  api.model.reset();
  api.model.onMessage(/break off/s, { content: LONG }, { truncateAfterChunks: 3, latency: 20 });
  api.model.onMessage(/slow/s, { content: LONG }, { latency: 50 });
  api.model.onMessage(/refused/s, { error: { message: "no", type: "invalid_request_error" }, status: 400 });
  api.model.onMessage(/broken/s, { error: { message: "overloaded", type: "server_error" }, status: 500 });
  api.model.onMessage(/until END/s, { content: "One two END three" });
  api.model.onMessage(/long answer/s, { content: "One two", finishReason: "length" });
  api.model.onMessage(/.*/s, { content: "Hello!" });
});

type Params = { readonly key?: string; readonly agent?: string; readonly maxRetries?: number; readonly slash?: string };
const openai = (baseURL: string, apiKey: string, maxRetries = 0) =>
  new OpenAI({ apiKey, baseURL, maxRetries, fetch: api.server.fetch });
const manager = (key = OWNER_KEY) => openai(`${ORIGIN}${PREFIX}`, key);
const client = ({ key = OWNER_KEY, agent = agentId, maxRetries, slash = "" }: Params = {}) =>
  openai(`${ORIGIN}${PREFIX}/assistants/${agent}${slash}`, key, maxRetries);

type Extra = {
  readonly create_session?: boolean;
  readonly store_in_session?: string;
  readonly [name: string]: unknown;
};
const hello = (extra: Extra = {}, content = "Hi") =>
  ({ model: "", messages: [{ role: "user", content }], ...extra }) as OpenAI.ChatCompletionCreateParamsNonStreaming;
const streamed = (extra: Extra = {}, content = "Hi") =>
  ({ ...hello(extra, content), stream: true }) as OpenAI.ChatCompletionCreateParamsStreaming;
const sessionOf = (answer: object) => (answer as { session_id?: string }).session_id;

const path = (agent = agentId) => `${PREFIX}/assistants/${agent}/chat/completions`;
const post = (body: unknown, options: object = {}) => api.call("POST", path(), { body, ...options });
const right = { messages: [{ role: "user", content: "Hi" }] };
const sent = () => api.modelCalls().at(-1)?.body;
async function faults(change: object | string): Promise<Record<string, unknown>[]> {
  const answer = await post(typeof change === "string" ? change : { ...right, ...change });
  expect([change, answer.status]).toEqual([change, 422]);
  const [first] = answer.body.detail;
  expect(answer.body.error).toMatchObject({ code: "validation_error", message: first.msg });
  return answer.body.detail;
}
const fault = (loc: (string | number)[], type: string, msg: string) => ({ loc: ["body", ...loc], type, msg });
const counts = async () => {
  const { pool } = api.server.parley.ports.database;
  return (
    await pool.query(`select (select count(*)::int from "Session") as sessions,
    (select count(*)::int from "Message") as messages`)
  ).rows[0];
};

describe("schema", () => {
  test("1. 41. 42. one user message has all that an answer must have", async () => {
    const answer = await client().chat.completions.create(hello());
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/u),
      object: "chat.completion",
      model: MODEL,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hello!", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
    });
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(5);
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = answer.usage ?? {};
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect([prompt_tokens, completion_tokens].every((count) => Number.isInteger(count) && count > 0)).toBe(true);
  });

  test("2. messages missing, empty, or no list", async () => {
    const short = "List should have at least 1 item after validation, not 0";
    expect(await faults({ messages: undefined })).toMatchObject([
      { ...fault(["messages"], "missing", "Field required"), input: {} },
    ]);
    expect(await faults({ messages: [] })).toMatchObject([
      { ...fault(["messages"], "too_short", short), ctx: { field_type: "List", min_length: 1, actual_length: 0 } },
    ]);
    expect(await faults({ messages: "x" })).toMatchObject([
      fault(["messages"], "list_type", "Input should be a valid list"),
    ]);
    const object = "Input should be a valid dictionary or object to extract fields from";
    for (const item of ["x", null])
      expect(await faults({ messages: [item] })).toMatchObject([
        fault(["messages", 0], "model_attributes_type", object),
      ]);
  });

  test("3. a message without role or content, and of the wrong kind", async () => {
    const string = "Input should be a valid string";
    expect(await faults({ messages: [{ content: "x" }] })).toMatchObject([
      fault(["messages", 0, "role"], "missing", "Field required"),
    ]);
    expect(await faults({ messages: [{ role: "user" }] })).toMatchObject([
      fault(["messages", 0, "content"], "missing", "Field required"),
    ]);
    expect(await faults({ messages: [{ role: 5, content: 5 }] })).toMatchObject([
      fault(["messages", 0, "role"], "string_type", string),
      fault(["messages", 0, "content"], "string_type", string),
    ]);
    const image = { type: "image_url", image_url: { url: "x" } };
    expect(await faults({ messages: [{ role: "user", content: [image] }] })).toMatchObject([
      { loc: ["body", "messages", 0, "content", 0], type: "value_error" },
    ]);
    await post({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      ],
    });
    expect(sent().messages.at(-1).content).toBe("ab");
  });

  test("4. temperature: 0 to 2, unset is 0", async () => {
    for (const temperature of [0, 2, "1.5"]) {
      expect((await post({ ...right, temperature })).status).toBe(200);
      expect(sent().temperature).toBe(Number(temperature));
    }
    expect(await faults({ temperature: -0.1 })).toMatchObject([
      { ...fault(["temperature"], "greater_than_equal", "Input should be greater than or equal to 0"), ctx: { ge: 0 } },
    ]);
    expect(await faults({ temperature: 2.1 })).toMatchObject([
      { ...fault(["temperature"], "less_than_equal", "Input should be less than or equal to 2"), ctx: { le: 2 } },
    ]);
    await post({ ...right, temperature: null });
    expect(sent().temperature).toBe(0);
  });

  test("5. n choices", async () => {
    for (const n of [0, -1])
      expect(await faults({ n })).toMatchObject([{ loc: ["body", "n"], type: "greater_than_equal" }]);
    expect(await faults({ n: 1.5 })).toMatchObject([
      fault(["n"], "int_from_float", "Input should be a valid integer, got a number with a fractional part"),
    ]);
    expect(await faults({ n: "x" })).toMatchObject([{ loc: ["body", "n"], type: "int_parsing" }]);
    for (const n of ["2", true, 1]) expect((await post({ ...right, n })).body.choices).toHaveLength(Number(n));
    const { choices, usage } = (await post({ ...right, n: 3 })).body;
    expect(choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
    const one = (await post(right)).body.usage;
    expect(usage).toMatchObject({ prompt_tokens: one.prompt_tokens, completion_tokens: 3 * one.completion_tokens });
  });

  test("6. max_tokens, and its other name", async () => {
    expect(await faults({ max_tokens: 0 })).toMatchObject([
      { loc: ["body", "max_tokens"], type: "greater_than_equal" },
    ]);
    const { body } = await post({ ...hello({}, "long answer"), max_tokens: 2, max_completion_tokens: 1 });
    expect(body.choices[0].finish_reason).toBe("length");
    expect(sent().max_tokens).toBe(1);
  });

  test("7. stop sequences", async () => {
    expect(await faults({ stop: [] })).toMatchObject([{ loc: ["body", "stop"], type: "too_short" }]);
    expect(await faults({ stop: [1] })).toMatchObject([{ loc: ["body", "stop", 0], type: "string_type" }]);
    for (const stop of [["END"], "END"]) {
      const { status } = await post({ ...hello({}, "until END"), stop });
      expect([status, sent().stop]).toEqual([200, ["END"]]);
    }
  });

  test("8. a seed reaches the model", async () => {
    await post({ ...right, seed: 7 });
    expect(sent().seed).toBe(7);
    expect(await faults({ seed: "a" })).toMatchObject([
      fault(["seed"], "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
    ]);
  });

  test("9. stream", async () => {
    expect(await faults({ stream: "maybe" })).toMatchObject([
      fault(["stream"], "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
    ]);
    for (const stream of [null, "no", 0])
      expect((await post({ ...right, stream })).body.object).toBe("chat.completion");
  });

  test("10. sessions that are none, and both at once", async () => {
    expect(await faults({ store_in_session: "x" })).toMatchObject([
      {
        loc: ["body", "store_in_session"],
        type: "uuid_parsing",
        msg: expect.stringMatching(/^Input should be a valid UUID/u),
      },
    ]);
    const id = crypto.randomUUID();
    expect(await faults({ create_session: true, store_in_session: id })).toMatchObject([
      fault([], "value_error", "Value error, create_session and store_in_session exclude each other"),
    ]);
  });

  test("11. unknown fields pass; known ones that change nothing are named", async () => {
    const { status, headers } = await post({ ...right, extra: 1, tools: [{}], user: "ada" });
    expect([status, headers.get("x-ignored-parameters")]).toEqual([200, "tools, user"]);
    expect((await post(right)).headers.get("x-ignored-parameters")).toBe(null);
  });

  test("12. no body, null, a list, broken JSON, another media type", async () => {
    for (const body of ["", "null"])
      expect(await faults(body)).toMatchObject([{ ...fault([], "missing", "Field required"), input: null }]);
    const object = "Input should be a valid dictionary or object to extract fields from";
    for (const body of ["[]", '"x"', "5"])
      expect(await faults(body)).toMatchObject([fault([], "model_attributes_type", object)]);
    expect(await faults("{bad")).toMatchObject([
      {
        loc: ["body", 1],
        type: "json_invalid",
        msg: "JSON decode error",
        input: {},
        ctx: { error: expect.any(String) },
      },
    ]);
    const text = await post(JSON.stringify(right), { headers: { "content-type": "text/plain" } });
    expect([text.status, text.body.detail[0].type]).toEqual([422, "model_attributes_type"]);
    const huge = await post({ messages: [{ role: "user", content: "x".repeat(4 * 1024 * 1024) }] });
    expect([huge.status, huge.body]).toMatchObject([
      413,
      { detail: "Request body too large", error: { code: "body_too_large" } },
    ]);
  });
});

describe("rules", () => {
  test("13. roles of the server are refused", async () => {
    for (const role of ["system", "developer", "tool", "function", "foo"]) {
      const messages = [
        { role: "user", content: "a" },
        { role, content: "b" },
      ];
      const { status, body } = await post({ messages });
      const message = `Unsupported role: ${role}`;
      expect([status, body]).toEqual([
        400,
        {
          detail: message,
          error: { message, type: "invalid_request_error", param: "messages[1].role", code: "unsupported_role" },
        },
      ]);
    }
    const messages = [{ role: "system" as const, content: "x" }];
    const thrown = await client()
      .chat.completions.create({ model: "", messages })
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ code: "unsupported_role", param: "messages[0].role" });
  });

  test("14. an agent may allow system messages, which come after its instructions", async () => {
    const allowing = await manager().beta.assistants.create({
      model: "",
      instructions: "First.",
      ...{ allow_caller_system_messages: true },
    });
    const messages = [
      { role: "system", content: "Second." },
      { role: "developer", content: "Third." },
      { role: "user", content: "Hi" },
    ];
    expect((await api.call("POST", path(allowing.id), { body: { messages } })).status).toBe(200);
    expect(sent().messages.map(({ content }: { content: string }) => content.trim())).toEqual([
      "First.",
      "Second.",
      "Third.",
      "Hi",
    ]);
  });

  test("15. the agent's model, or none", async () => {
    for (const model of [undefined, null, "", MODEL]) {
      const { status, body } = await post({ ...right, model });
      expect([model, status, body.model]).toEqual([model, 200, MODEL]);
    }
    for (const model of ["Test-Model", "gpt-4"]) {
      expect((await post({ ...right, model })).body).toMatchObject({
        detail: `Unexpected model: ${model}`,
        error: { code: "unexpected_model", param: "model" },
      });
    }
  });

  test("16. 17. agents that are not there, and what is checked first", async () => {
    const foreign = await manager(other.key).beta.assistants.create({ model: "" });
    for (const agent of [crypto.randomUUID(), "not-an-id", foreign.id]) {
      const thrown = await client({ agent })
        .chat.completions.create(hello())
        .catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(NotFoundError);
      expect(thrown).toMatchObject({ code: "agent_not_found", param: "agent_id" });
      expect((await api.call("POST", path(agent), { body: {} })).status).toBe(422);
      const system = { messages: [{ role: "system", content: "x" }] };
      expect((await api.call("POST", path(agent), { body: system })).status).toBe(404);
    }
  });

  test("18. no key, and a wrong one", async () => {
    const thrown = await client({ key: "wrong" })
      .chat.completions.create(hello())
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AuthenticationError);
    const { status, headers, body } = await post({}, { key: null });
    expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(body).toEqual({
      detail: "Invalid API key",
      error: { message: "Invalid API key", type: "authentication_error", param: null, code: "invalid_api_key" },
    });
  });

  test("19. instructions are the system message; documents add passages", async () => {
    await post(right);
    expect(sent().messages[0]).toMatchObject({ role: "system", content: expect.stringContaining("Be brief.") });
    const { id } = await manager().beta.assistants.create({ model: "" });
    await api.call("POST", `/api/agents/${id}/docs`, {
      body: { title: "Rivers", content: "The Elbe flows to Hamburg." },
    });
    const { body } = await api.call("POST", path(id), { body: hello({}, "Where does the Elbe flow?") });
    expect(sent().messages[0].content).toContain("The Elbe flows to Hamburg.");
    expect(body.index_context_info).toEqual([
      {
        text: "The Elbe flows to Hamburg.",
        metadata: { document_id: expect.any(String), score: expect.any(Number), origin_name: "Rivers" },
      },
    ]);
  });

  test("17.23: so many passages of its index are recalled as it says, and none that are less alike", async () => {
    const { id: index } = (await api.call("POST", "/api/v1/indexes", { body: { name: "Rivers" } })).body;
    for (const river of ["Elbe", "Oder", "Saale"]) {
      const body = { index_id: index, title: river, text: `The river ${river} flows to the sea.` };
      await api.call("POST", "/api/app/docs", { body });
    }
    const state = async () => (await api.call("GET", `/api/v1/indexes/${index}`)).body.metadata.documents;
    await expect.poll(state, { timeout: 60_000 }).toEqual({ ready: 3, pending: 0, failed: 0 });
    const assistants = `${PREFIX}/assistants`;
    const body = { name: "Pilot", index_id: index, index_top_n: 2, index_similarity_cutoff: 0.5 };
    const made = (await api.call("POST", assistants, { body })).body;
    const fields = { index_id: index, index_top_n: 2, index_similarity_cutoff: 0.5 };
    expect(made).toMatchObject(fields);
    const recalled = async () =>
      (await api.call("POST", path(made.id), { body: hello({}, "Which river flows?") })).body.index_context_info
        ?.length;
    expect(await recalled()).toBe(2);
    const patched = async (change: object) =>
      (await api.call("POST", `${assistants}/${made.id}`, { body: change })).body;
    expect(await patched({ name: "Skipper" })).toMatchObject({ ...fields, name: "Skipper" });
    expect(await patched({ index_top_n: 1 })).toMatchObject({ ...fields, index_top_n: 1 });
    expect(await recalled()).toBe(1);
    const cleared = { index_top_n: null, index_similarity_cutoff: null };
    expect(await patched(cleared)).toMatchObject(cleared);
    expect(await recalled()).toBe(3);
    for (const wrong of [{ index_top_n: 0 }, { index_top_n: 101 }, { index_similarity_cutoff: 1.5 }]) {
      expect((await api.call("POST", assistants, { body: wrong })).status).toBe(422);
    }
  });

  test("17.18: an assistant and its index are set together or not at all, and an echo leaves its other indexes", async () => {
    const [first, second] = await Promise.all(
      ["First", "Second"].map(async (name) => (await api.call("POST", "/api/v1/indexes", { body: { name } })).body.id),
    );
    const assistants = `${PREFIX}/assistants`;
    const { id } = (await api.call("POST", assistants, { body: { name: "Two" } })).body;
    await api.call("PUT", `/api/app/agents/${id}/indexes`, { body: { index_ids: [first, second] } });
    const indexes = async () =>
      (await api.call("GET", `/api/app/agents/${id}/indexes`)).body.items.map((index: { id: string }) => index.id);
    const read = (await api.call("GET", `${assistants}/${id}`)).body;
    await api.call("POST", `${assistants}/${id}`, { body: { name: "Still two", index_id: read.index_id } });
    expect(await indexes()).toEqual([first, second]);
    const none = "8d7d1c4e-0f5e-4a36-9f5e-6d0c8a9d2b11";
    const wrong = { name: "Nobody", index_id: none };
    expect((await api.call("POST", `${assistants}/${id}`, { body: wrong })).status).toBe(404);
    expect((await api.call("POST", assistants, { body: wrong })).status).toBe(404);
    const named = (await api.call("GET", assistants)).body.data.map(({ name }: { name: string }) => name);
    expect([named.includes("Nobody"), named.includes("Still two")]).toEqual([false, true]);
    await api.call("POST", `${assistants}/${id}`, { body: { index_id: second } });
    expect(await indexes()).toEqual([second]);
    await api.call("POST", `${assistants}/${id}`, { body: { index_id: null } });
    expect(await indexes()).toEqual([]);
  });
});

describe("sessions", () => {
  test("20. without a session field nothing is stored", async () => {
    const before = await counts();
    expect(await client().chat.completions.create(hello())).not.toHaveProperty("session_id");
    expect(await counts()).toEqual(before);
  });

  test("21. 22. a session is made, and later calls see what was said", async () => {
    const session = sessionOf(await client().chat.completions.create(hello({ create_session: true }, "one")));
    expect(session).toMatch(/^[0-9a-f-]{36}$/u);
    const again = await client().chat.completions.create(hello({ store_in_session: session }, "two"));
    expect(sessionOf(again)).toBe(session);
    await client().chat.completions.create(hello({ store_in_session: session }, "three"));
    const said = sent().messages.map(
      ({ role, content }: { role: string; content: string }) => `${role} ${content.trim()}`,
    );
    expect(said.slice(1)).toEqual(["user one", "assistant Hello!", "user two", "assistant Hello!", "user three"]);
    const listed = await api.call("GET", "/api/v1/chat?all_projects=1");
    expect(listed.body.items.map(({ session_id }: { session_id: string }) => session_id)).toContain(session);
    expect((await api.call("GET", `/api/sessions/${session}/history`)).body.entries).toHaveLength(6);
  });

  test("23. sessions of nobody, of another agent and of another account", async () => {
    const session = sessionOf(await client().chat.completions.create(hello({ create_session: true })));
    const second = await manager().beta.assistants.create({ model: "" });
    const foreign = await manager(other.key).beta.assistants.create({ model: "" });
    const tries = [
      client().chat.completions.create(hello({ store_in_session: crypto.randomUUID() })),
      client({ agent: second.id }).chat.completions.create(hello({ store_in_session: session })),
      client({ agent: foreign.id, key: other.key }).chat.completions.create(hello({ store_in_session: session })),
    ];
    for (const thrown of await Promise.all(tries.map((one) => one.catch((error: unknown) => error)))) {
      expect(thrown).toBeInstanceOf(NotFoundError);
      expect(thrown).toMatchObject({ code: "session_not_found", param: "store_in_session" });
    }
  });

  test("24. a failure leaves no session behind", async () => {
    const before = await counts();
    for (const text of ["broken", "refused"])
      await client()
        .chat.completions.create(hello({ create_session: true }, text))
        .catch(() => {});
    const stream = await client().chat.completions.create(streamed({ create_session: true }, "break off"));
    await expect(collect(stream)).rejects.toThrow(APIError);
    expect(await counts()).toEqual(before);
  });

  test("25. 36. a caller who leaves ends the model's call, and the session is as it was", async () => {
    const session = sessionOf(await client().chat.completions.create(hello({ create_session: true })));
    const before = await counts();
    const aborted = api.server.abortedModelCalls();
    const stream = await client().chat.completions.create(streamed({ store_in_session: session }, "slow"));
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await expect.poll(() => api.server.abortedModelCalls()).toBe(aborted + 1);
    await expect
      .poll(async () => (await api.call("GET", `/api/v1/chat/${session}?details=1`)).body.running_run_id)
      .toBe(null);
    expect(await counts()).toEqual(before);

    const controller = new AbortController();
    const asked = client().chat.completions.create(hello({ create_session: true }, "slow"), {
      signal: controller.signal,
    });
    await expect.poll(() => api.server.parley.ports.runner.count()).toBe(1);
    controller.abort();
    await expect(asked).rejects.toThrow(APIError);
    expect(await counts()).toEqual(before);
  });

  test("26. of two calls at once the second is refused, and not sent again", async () => {
    const session = sessionOf(await client().chat.completions.create(hello({ create_session: true })));
    api.model.clearRequests();
    const left = api.server.abortedModelCalls();
    const ask = () => client({ maxRetries: 2 }).chat.completions.create(hello({ store_in_session: session }, "slow"));
    const outcomes = await Promise.all([ask(), ask()].map((one) => one.catch((error: unknown) => error)));
    const refused = outcomes.find((outcome) => outcome instanceof ConflictError);
    expect(refused).toMatchObject({ status: 409, code: "session_busy", param: "store_in_session" });
    expect(outcomes.filter((outcome) => !(outcome instanceof Error))).toHaveLength(1);
    // A model may be called while a turn is entered; a turn that does not get in leaves that call.
    await expect.poll(() => api.modelCalls().length - (api.server.abortedModelCalls() - left)).toBe(1);
  });

  test("27. of several choices the first is stored", async () => {
    const answer = await client().chat.completions.create(hello({ create_session: true, n: 2 }));
    expect(answer.choices).toHaveLength(2);
    expect((await api.call("GET", `/api/sessions/${sessionOf(answer)}/history`)).body.entries).toHaveLength(2);
  });

  test("an agent may let its sessions expire", async () => {
    const { id } = await manager().beta.assistants.create({ model: "", ...{ session_max_ttl: 60 } });
    const session = sessionOf(await client({ agent: id }).chat.completions.create(hello({ create_session: true })));
    const again = () => client({ agent: id }).chat.completions.create(hello({ store_in_session: session }));
    await again();
    const { pool } = api.server.parley.ports.database;
    await pool.query(`update "Session" set "updatedAt" = now() - interval '61 seconds' where id = $1`, [session]);
    await expect(again()).rejects.toThrow(NotFoundError);
  });
});

describe("streaming", () => {
  test("28. 29. 30. chunks are of one answer, begin with the role, and end once", async () => {
    const chunks = await collect(await client().chat.completions.create(streamed({}, "slow")));
    const heads = new Set(
      chunks.map(({ id, created, model, object }) => JSON.stringify({ id, created, model, object })),
    );
    expect(heads.size).toBe(1);
    expect(chunks[0]).toMatchObject({ object: "chat.completion.chunk", model: MODEL });
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason)).toHaveLength(1);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    const whole = await client().chat.completions.create(hello({}, "slow"));
    expect(text).toBe(whole.choices[0]?.message.content);
    const { body } = await post({ ...right, stream: true });
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(body).not.toContain("event:");
  });

  test("31. usage comes in a chunk of its own, where it is asked for", async () => {
    const asked = await collect(
      await client().chat.completions.create(streamed({ stream_options: { include_usage: true } })),
    );
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(asked.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    const unasked = await collect(await client().chat.completions.create(streamed()));
    expect(unasked.some((chunk) => "usage" in chunk)).toBe(false);
  });

  test("32. the client's own helper reads it, with several choices and a session", async () => {
    const helper = client().chat.completions.stream(hello({ n: 2, create_session: true }) as never);
    const final = await helper.finalChatCompletion();
    expect(final.choices.map(({ message }) => message.content)).toEqual(["Hello!", "Hello!"]);
    expect(sessionOf(final)).toMatch(/^[0-9a-f-]{36}$/u);
  });

  test("33. 35. failures before the first chunk have a status, later ones are thrown by the client", async () => {
    const stream = await client().chat.completions.create(streamed({}, "break off"));
    await expect(collect(stream)).rejects.toMatchObject({ code: "upstream_error" });
    for (const body of [{ messages: [] }, { messages: [{ role: "system", content: "x" }] }, hello({}, "broken")]) {
      const { status, headers } = await post({ ...body, stream: true });
      expect([status >= 400, headers.get("content-type")]).toEqual([true, "application/json"]);
    }
  });

  test("34. the first chunk comes before the model is done", async () => {
    const aborted = api.server.abortedModelCalls();
    const stream = await client().chat.completions.create(streamed({}, "slow"));
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    // Whoever leaves then ends a call that was not over.
    await expect.poll(() => api.server.abortedModelCalls()).toBe(aborted + 1);
  });

  test("37. emoji and CJK arrive whole", async () => {
    const chunks = await collect(await client().chat.completions.create(streamed({}, "slow")));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(LONG);
  });
});

describe("client and companions", () => {
  test("38. a base URL with a slash at its end", async () => {
    expect((await client({ slash: "/" }).chat.completions.create(hello())).choices).toHaveLength(1);
  });

  test("39. a failure of the provider is sent again by the client, and then told", async () => {
    const thrown = await client({ maxRetries: 2 })
      .chat.completions.create(hello({}, "broken"))
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(InternalServerError);
    expect(thrown).toMatchObject({ status: 502, code: "upstream_error" });
  });

  test("40. an agent has one model", async () => {
    const { data } = await client().models.list();
    expect(data).toEqual([{ id: MODEL, object: "model", created: expect.any(Number), owned_by: "parley" }]);
    expect((await client().models.retrieve(MODEL)).id).toBe(MODEL);
    await expect(client().models.retrieve("gpt-4")).rejects.toThrow(NotFoundError);
    expect((await manager().models.list()).data.map(({ id }) => id)).toContain(MODEL);
  });

  test("43. assistants are made, listed, changed and deleted by the client", async () => {
    const { assistants } = manager(other.key).beta;
    const made = [];
    for (const name of ["A", "B", "C"]) {
      made.push(
        await assistants.create({ model: "", name, description: "d", metadata: { n: name }, temperature: 0.5 }),
      );
    }
    expect(made[0]).toMatchObject({
      object: "assistant",
      name: "A",
      description: "d",
      model: MODEL,
      metadata: { n: "A" },
      temperature: 0.5,
      tools: [],
    });
    const names = [];
    for await (const { name } of assistants.list({ limit: 2, order: "asc" })) names.push(name);
    expect(names.slice(-3)).toEqual(["A", "B", "C"]);
    const [a, b, c] = made.map(({ id }) => id);
    const page = await assistants.list({ limit: 1, order: "asc", before: c });
    expect(page.data.map(({ id }) => id)).toEqual([b]);
    expect((await assistants.list({ limit: 1, order: "asc", after: a })).data.map(({ id }) => id)).toEqual([b]);

    const changed = await assistants.update(a ?? "", { instructions: "New.", temperature: null, metadata: { m: "1" } });
    expect(changed).toMatchObject({ name: "A", instructions: "New.", temperature: null, metadata: { n: "A", m: "1" } });
    expect(await assistants.retrieve(a ?? "")).toEqual(changed);
    expect(await assistants.delete(a ?? "")).toEqual({ id: a, object: "assistant.deleted", deleted: true });
    await expect(assistants.retrieve(a ?? "")).rejects.toThrow(NotFoundError);
    await expect(manager().beta.assistants.retrieve(b ?? "")).rejects.toThrow(NotFoundError);
  });

  test("unknown paths and methods have both parts of an error", async () => {
    expect(await api.call("GET", `${PREFIX}/nothing`)).toMatchObject({
      status: 404,
      body: { detail: "Not Found", error: { code: "not_found" } },
    });
    expect(await api.call("GET", path())).toMatchObject({ status: 405, body: { detail: "Method Not Allowed" } });
  });
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
