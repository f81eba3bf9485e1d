import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Api, openApi } from "../../testing/api.ts";
import { OWNER_KEY } from "../../testing/server.ts";

// The numbered cases of the project's contract for bot chat, section 7.

const PATH = "/v1/chat";
const LONG = 'To pay taxes, gather documents,\nthen "file" 🎉 \u2028 and wait. '.repeat(20).trim();

let api: Api;
let uid: string;
let other: { id: string; key: string };

beforeAll(async () => {
  api = await openApi();
  const made = await api.call("POST", "/v1/bots", {
    body: { name: "Taxes", slug: "taxes", instructions: "You know taxes." },
  });
  uid = made.body.uid;
  other = await api.server.makeAccount();
});
afterAll(() => api.close());

beforeEach(() => {
  api.model.reset();
  api.model.onMessage(/break off/s, { content: LONG }, { truncateAfterChunks: 3, latency: 20 });
  api.model.onMessage(/slow/s, { content: LONG }, { latency: 50 });
  api.model.onMessage(/fail/s, { error: { message: "overloaded", type: "server_error" }, status: 400 });
  api.model.onMessage(/.*/s, { content: " To pay taxes, wait." });
});

type Fault = { loc: (string | number)[]; msg: string; type: string; ctx?: Record<string, unknown> };
const chat = (body: unknown, options: { key?: string | null; headers?: Record<string, string> } = {}) =>
  api.call("POST", PATH, { body: typeof body === "object" ? { bot_slug: "taxes", ...body } : body, ...options });
/** The faults of a body that is sent exactly as it is. */
const faults = async (body: unknown, headers?: Record<string, string>): Promise<Fault[]> => {
  const answer = await api.call("POST", PATH, {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers,
  });
  expect([body, answer.status]).toEqual([body, 422]);
  return answer.body.detail;
};
const right = { bot_slug: "taxes", prompt: "hi", stream: false };
const frames = (text: string): string[] =>
  text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => frame.replace(/^data: /u, ""));
const pieces = (text: string): string[] =>
  frames(text)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data).content);

describe("answers", () => {
  test("1. slug, prompt and stream false give JSON with the answer alone", async () => {
    const { status, headers, body } = await chat({ prompt: "Explain how to pay taxes.", stream: false });
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(body).toEqual({ content: " To pay taxes, wait." });
  });

  test("2. uid and messages", async () => {
    const body = { bot_uid: uid, messages: [{ role: "user", content: "hi" }], stream: false };
    expect(await api.call("POST", PATH, { body })).toMatchObject({
      status: 200,
      body: { content: " To pay taxes, wait." },
    });
  });

  test("3. 4. a stream begins with an empty piece, ends with [DONE], and its pieces are the whole answer", async () => {
    const { status, headers, body } = await chat({ prompt: "hi", stream: true });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache, no-transform, private, no-store");
    expect(body.startsWith('data: {"content":""}\n\n')).toBe(true);
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(pieces(body).join("")).toBe(" To pay taxes, wait.");
    const keys = frames(body)
      .slice(0, -1)
      .map((data) => Object.keys(JSON.parse(data)).join());
    expect(new Set(keys)).toEqual(new Set(["content"]));
  });

  test("22. a prompt beside messages is the last user turn", async () => {
    await chat({ messages: [{ role: "assistant", content: "A" }], prompt: "B", stream: false });
    expect(api.modelCalls().at(-1)?.body.messages.slice(1)).toEqual([
      { role: "assistant", content: "A" },
      { role: "user", content: "B" },
    ]);
  });

  test("23. a caller's system message comes after the bot's instructions", async () => {
    const messages = [
      { role: "system", content: "User live in Texas, US." },
      { role: "user", content: "Explain how to pay taxes." },
    ];
    await chat({ messages, stream: false });
    const sent = api.modelCalls().at(-1)?.body.messages;
    expect(sent.map(({ role }: { role: string }) => role)).toEqual(["system", "system", "user"]);
    expect(sent[0].content).toContain("You know taxes.");
    expect(sent[1].content).toBe("User live in Texas, US.");
  });

  test("24. two calls share no memory, and none is in the sidebar", async () => {
    await chat({ prompt: "My name is Ada.", stream: false });
    await chat({ prompt: "What is my name?", stream: false });
    expect(JSON.stringify(api.modelCalls().at(-1)?.body)).not.toContain("Ada");
    expect((await api.call("GET", "/api/v1/chat?all_projects=1")).body.items).toEqual([]);
  });

  test("25. a user_id reaches the provider, is kept as a hash, and changes nothing of the answer", async () => {
    const answers = [
      await chat({ prompt: "hi", stream: false, user_id: "ada" }),
      await chat({ prompt: "hi", stream: false, user_id: "bob" }),
    ];
    expect(answers.map(({ body }) => body)).toEqual(Array(2).fill({ content: " To pay taxes, wait." }));
    expect(api.modelCalls().at(-1)?.body.user).toBe("bob");
    const { rows } = await api.server.parley.ports.database.pool.query(
      `select "endUserHash" as hash from "Run" where "endUserHash" is not null`,
    );
    expect(rows.map(({ hash }) => /^[0-9a-f]{64}$/u.test(hash))).toEqual([true, true]);
    expect(await faults({ ...right, user_id: "x".repeat(257) })).toEqual([
      {
        loc: ["body", "user_id"],
        msg: "ensure this value has at most 256 characters",
        type: "value_error.any_str.max_length",
        ctx: { limit_value: 256 },
      },
    ]);
  });

  test("30. line breaks, quotes, emoji and U+2028 survive", async () => {
    const { body } = await chat({ prompt: "slow", stream: true });
    expect(pieces(body).join("")).toBe(LONG);
    for (const data of frames(body)) expect(data).not.toContain("\n");
  });
});

describe("faults of the body", () => {
  const missing = (...loc: (string | number)[]) => ({
    loc: ["body", ...loc],
    msg: "field required",
    type: "value_error.missing",
  });
  const root = (msg: string) => ({ loc: ["body", "__root__"], msg, type: "value_error" });
  const none = (...loc: (string | number)[]) => ({
    loc: ["body", ...loc],
    msg: "none is not an allowed value",
    type: "type_error.none.not_allowed",
  });
  const noPrompt = root('Either "prompt" or "messages" is required');
  const noBot = root('Either "bot_uid" or "bot_slug" is required');

  test("5. stream missing", async () =>
    expect(await faults({ bot_slug: "taxes", prompt: "x" })).toEqual([missing("stream")]));
  test("6. stream null", async () => expect(await faults({ ...right, stream: null })).toEqual([none("stream")]));
  test("7. neither prompt nor messages", async () =>
    expect(await faults({ bot_slug: "taxes", stream: true })).toEqual([noPrompt]));
  test("8. neither uid nor slug", async () => expect(await faults({ prompt: "x", stream: true })).toEqual([noBot]));
  test("9. {} has three faults in their order", async () =>
    expect(await faults({})).toEqual([missing("stream"), noBot, noPrompt]));

  test("10. a stream that is no boolean, and words that are", async () => {
    for (const stream of ["maybe", 2, [], {}]) {
      expect(await faults({ ...right, stream })).toEqual([
        { loc: ["body", "stream"], msg: "value could not be parsed to a boolean", type: "type_error.bool" },
      ]);
    }
    for (const stream of ["true", 1, "Yes", "ON", "t"]) {
      const { headers } = await chat({ prompt: "hi", stream });
      expect([stream, headers.get("content-type")]).toEqual([stream, "text/event-stream; charset=utf-8"]);
    }
    for (const stream of ["no", 0, "F"]) expect((await chat({ prompt: "hi", stream })).body).toHaveProperty("content");
  });

  test("11. an unknown role", async () => {
    expect(await faults({ ...right, messages: [{ role: "tool", content: "x" }] })).toEqual([
      {
        loc: ["body", "messages", 0, "role"],
        msg: "value is not a valid enumeration member; permitted: 'system', 'user', 'assistant'",
        type: "type_error.enum",
        ctx: { enum_values: ["system", "user", "assistant"] },
      },
    ]);
  });

  test("12. 13. a message at fault is named by its place", async () => {
    const good = { role: "user", content: "x" };
    const at = async (message: unknown) => faults({ ...right, messages: [good, message] });
    expect(await at({ role: "user" })).toEqual([missing("messages", 1, "content")]);
    expect(await at({ content: "x" })).toEqual([missing("messages", 1, "role")]);
    expect(await at({})).toEqual([missing("messages", 1, "role"), missing("messages", 1, "content")]);
    expect(await at({ role: null, content: null })).toEqual([
      none("messages", 1, "role"),
      none("messages", 1, "content"),
    ]);
  });

  test("14. messages that are no list of objects", async () => {
    const list = { loc: ["body", "messages"], msg: "value is not a valid list", type: "type_error.list" };
    const dict = { loc: ["body", "messages", 0], msg: "value is not a valid dict", type: "type_error.dict" };
    for (const messages of ["x", 5, {}]) expect(await faults({ ...right, messages })).toEqual([list]);
    expect(await faults({ ...right, messages: ["x"] })).toEqual([dict]);
    expect(await faults({ ...right, messages: [null] })).toEqual([none("messages", 0)]);
  });

  test("15. texts that are none, and numbers and booleans that become texts", async () => {
    const str = (...loc: (string | number)[]) => ({
      loc: ["body", ...loc],
      msg: "str type expected",
      type: "type_error.str",
    });
    expect(await faults({ ...right, messages: [{ role: "user", content: ["a"] }] })).toEqual([
      str("messages", 0, "content"),
    ]);
    expect(await faults({ stream: true, prompt: {}, bot_slug: [] })).toEqual([str("bot_slug"), str("prompt")]);
    for (const [content, text] of [
      [5, "5"],
      [true, "True"],
    ]) {
      await chat({ messages: [{ role: "user", content }], stream: false });
      expect(api.modelCalls().at(-1)?.body.messages.at(-1)).toEqual({ role: "user", content: text });
    }
  });

  test("16. what is empty counts as absent", async () => {
    expect(await faults({ bot_slug: "taxes", messages: [], stream: false })).toEqual([noPrompt]);
    expect(await faults({ bot_slug: "taxes", prompt: "", stream: false })).toEqual([noPrompt]);
    expect(await faults({ bot_slug: "", bot_uid: null, prompt: "x", stream: false })).toEqual([noBot]);
    expect((await chat({ prompt: "hi", messages: [], stream: false })).status).toBe(200);
  });

  test("17. no body, and bodies that are no object", async () => {
    for (const body of ["", "  ", "null"]) expect(await faults(body)).toEqual([missing()]);
    const dict = { loc: ["body"], msg: "value is not a valid dict", type: "type_error.dict" };
    for (const body of ['"abc"', "5", "true", "[1]"]) expect(await faults(body)).toEqual([dict]);
    expect(await faults("[]")).toEqual([missing("stream"), noBot, noPrompt]);
  });

  test.each([
    ['{"stream": tru}', 11, "Expecting value"],
    ["abc", 0, "Expecting value"],
    ["{", 1, "Expecting property name enclosed in double quotes"],
    ["{a:1}", 1, "Expecting property name enclosed in double quotes"],
    ['{"a":1,}', 7, "Expecting property name enclosed in double quotes"],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ["[1", 2, "Expecting ',' delimiter"],
    ["{} x", 3, "Extra data"],
    ['{"a":"🎉\n"}', 7, "Invalid control character at"],
    ['{"a": "b', 6, "Unterminated string starting at"],
  ])("18. %s is no JSON at offset %i: %s", async (body, pos, reason) => {
    const before = [...body].slice(0, pos).join("");
    const lineno = before.split("\n").length;
    const colno = pos - [...before].lastIndexOf("\n");
    expect(await faults(body)).toEqual([
      {
        loc: ["body", pos],
        msg: `${reason}: line ${lineno} column ${colno} (char ${pos})`,
        type: "value_error.jsondecode",
        ctx: { msg: reason, doc: body, pos, lineno, colno },
      },
    ]);
  });

  test("19. another media type is no object; none at all is JSON", async () => {
    const dict = { loc: ["body"], msg: "value is not a valid dict", type: "type_error.dict" };
    const body = JSON.stringify(right);
    expect(await faults(body, { "content-type": "text/plain" })).toEqual([dict]);
    expect(await faults(body, { "content-type": "application/x-www-form-urlencoded" })).toEqual([dict]);
    // A body of bytes brings no media type of its own.
    const response = await api.server.fetch("http://parley.test/v1/chat", {
      method: "POST",
      headers: { authorization: `Bearer ${OWNER_KEY}` },
      body: new TextEncoder().encode(body),
    });
    expect(response.status).toBe(200);
    expect((await chat({ ...right }, { headers: { "content-type": "application/vnd.api+json" } })).status).toBe(200);
  });

  test("21. uid and slug of one bot, and of two", async () => {
    expect((await chat({ bot_uid: uid, ...right })).status).toBe(200);
    await api.call("POST", "/v1/bots", { body: { name: "Other", slug: "another" } });
    expect(await faults({ ...right, bot_uid: uid, bot_slug: "another" })).toEqual([
      root('"bot_uid" and "bot_slug" refer to different bots'),
    ]);
  });

  test("29. unknown fields are ignored, and other methods refused", async () => {
    expect((await chat({ ...right, extra: { a: 1 } })).status).toBe(200);
    const { status, headers, body } = await api.call("GET", PATH);
    expect([status, headers.get("allow"), body]).toEqual([405, "POST", { detail: "Method Not Allowed" }]);
    expect(await api.call("POST", "/v1/nothing", { body: {} })).toMatchObject({
      status: 404,
      body: { detail: "Not Found" },
    });
  });

  test("31. a body over 1 MiB", async () => {
    const answer = await chat({ ...right, prompt: "x".repeat(1024 * 1024) });
    expect([answer.status, answer.body]).toEqual([413, { detail: "Request body too large" }]);
  });

  test("32. a fault of a streaming request is JSON", async () => {
    const { status, headers } = await api.call("POST", PATH, { body: { stream: true } });
    expect([status, headers.get("content-type")]).toEqual([422, "application/json"]);
  });
});

describe("who may ask whom", () => {
  test("20. an unknown slug, uid, or text that is no uid is 404, streamed or not", async () => {
    for (const stream of [true, false]) {
      for (const asked of [{ bot_slug: "nobody" }, { bot_uid: crypto.randomUUID() }, { bot_uid: "x" }]) {
        const { status, headers, body } = await api.call("POST", PATH, { body: { ...asked, prompt: "x", stream } });
        expect([status, headers.get("content-type"), body]).toEqual([
          404,
          "application/json",
          { detail: "Bot not found" },
        ]);
      }
    }
  });

  test("26. a wrong key is 401 before validation; a public bot answers without one", async () => {
    const wrong = await api.call("POST", PATH, { body: {}, key: "wrong key" });
    expect([wrong.status, wrong.body]).toEqual([401, { detail: "Invalid API key" }]);
    expect(wrong.headers.get("www-authenticate")).toBe("Bearer");
    const none = await chat(right, { key: null });
    expect([none.status, none.body]).toEqual([401, { detail: "Not authenticated" }]);
    expect((await chat({ ...right, bot_slug: "nobody" }, { key: null })).status).toBe(401);
    expect((await api.call("POST", PATH, { body: {}, key: null })).status).toBe(422);

    await api.call("PATCH", "/v1/bots/taxes", { body: { is_public: true } });
    expect((await chat(right, { key: null })).status).toBe(200);
    expect((await chat(right, { key: other.key })).status).toBe(200);
    await api.call("PATCH", "/v1/bots/taxes", { body: { is_public: false } });
    expect((await chat(right, { key: other.key })).body).toEqual({ detail: "Bot not found" });
  });
});

describe("failures", () => {
  test("27. before the first frame 502; in mid-stream an error frame, then [DONE]", async () => {
    for (const stream of [true, false]) {
      const { status, body } = await chat({ prompt: "fail", stream });
      expect([status, body]).toEqual([502, { detail: "Model backend failed" }]);
    }
    const { status, body } = await chat({ prompt: "break off", stream: true });
    expect(status).toBe(200);
    const [error, done] = frames(body).slice(-2);
    expect(JSON.parse(error ?? "")).toEqual({
      content: "",
      error: { message: expect.any(String), type: "upstream_error" },
    });
    expect(done).toBe("[DONE]");
    expect(LONG.startsWith(pieces(body).join(""))).toBe(true);
  });

  test("28. a caller who leaves ends the model's call, and its usage is recorded", async () => {
    const before = api.server.abortedModelCalls();
    const response = await api.send("POST", PATH, { body: { ...right, prompt: "slow", stream: true } });
    const reader = response.body?.getReader();
    for (let n = 0; n < 3; n++) await reader?.read();
    await reader?.cancel();
    await expect.poll(() => api.server.abortedModelCalls()).toBe(before + 1);
    const { pool } = api.server.parley.ports.database;
    const last = async () =>
      (await pool.query(`select status, usage from "Run" order by "createdAt" desc, id desc limit 1`)).rows[0];
    await expect.poll(last).toMatchObject({ status: "cancelled", usage: { outputTokens: expect.any(Number) } });
  });
});

describe("bots as they are kept", () => {
  test("a bot is made, read by uid and slug, changed, renamed and deleted", async () => {
    const made = await api.call("POST", "/v1/bots", {
      body: { name: "Guide", slug: "guide", temperature: 0.5, max_tokens: "100", instructions: "a\nb" },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { slug: "guide", temperature: 0.5, max_tokens: 100, instructions: "a\nb", is_public: false, model: null },
    });
    expect((await api.call("GET", "/v1/bots/guide")).body).toEqual(made.body);
    const changed = await api.call("PATCH", `/v1/bots/${made.body.uid}`, {
      body: { slug: "guide-2", temperature: null },
    });
    expect(changed.body).toMatchObject({ slug: "guide-2", temperature: null, max_tokens: 100, name: "Guide" });
    expect((await api.call("GET", "/v1/bots/guide")).status).toBe(404);
    expect((await api.call("GET", "/v1/bots")).body.items.map(({ slug }: { slug: string }) => slug)).toContain(
      "guide-2",
    );
    expect((await api.call("DELETE", "/v1/bots/guide-2")).status).toBe(204);
    expect((await api.call("GET", "/v1/bots/guide-2")).status).toBe(404);
  });

  test("a slug is the deployment's: taken is 409, misspelt 422, and another account's bot is not there", async () => {
    const taken = await api.call("POST", "/v1/bots", { body: { name: "X", slug: "taxes" }, key: other.key });
    expect([taken.status, taken.body]).toEqual([409, { detail: "Another agent has this slug" }]);
    expect((await api.call("POST", "/v1/bots", { body: { name: "X", slug: "Not right" } })).body.detail).toMatchObject([
      { loc: ["body", "slug"], type: "value_error" },
    ]);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect(
        await api.call(method, "/v1/bots/taxes", { body: method === "PATCH" ? {} : undefined, key: other.key }),
      ).toMatchObject({
        status: 404,
        body: { detail: "Bot not found" },
      });
    }
  });

  test("Julep's view of a bot keeps its slug", async () => {
    await api.call("PUT", `/api/agents/${uid}`, { body: { name: "Taxes", instructions: ["You know taxes."] } });
    expect((await api.call("GET", `/v1/bots/${uid}`)).body).toMatchObject({
      slug: "taxes",
      instructions: "You know taxes.",
    });
  });
});
