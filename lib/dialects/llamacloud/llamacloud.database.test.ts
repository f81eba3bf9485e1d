import LlamaCloud from "@llamaindex/llama-cloud";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";
import type { FullSession, SessionEvent, SessionSummary } from "./answers.ts";

// The official client over our own handlers. Numbers are those of the contract's checklist (section 9).

let server: TestServer;
let client: LlamaCloud;

beforeAll(async () => {
  server = await openTestServer();
  client = clientFor(OWNER_KEY);
  server.model
    .on({ systemMessage: "Write a title" }, { content: "A fine title" })
    .onMessage(/hello/, { content: "Hello! How are you?" })
    .onMessage(/think/, { content: "It is four.", reasoning: "Two and two make four." })
    .on(
      { userMessage: /calculate/, hasToolResult: false },
      {
        toolCalls: [
          { id: "call_a", name: "calculator", arguments: '{"expression":"2+2"}' },
          { id: "call_b", name: "current_time", arguments: "{}" },
        ],
      },
    )
    .on({ userMessage: /calculate/, hasToolResult: true }, { content: "It is 4." })
    .onMessage(/languages/, { content: "Grüße 👩‍👩‍👧 日本語 \u2028 done" })
    .on(
      { userMessage: /slow/ },
      { content: "one two three four five six seven eight nine ten ".repeat(20) },
      { chunkSize: 10, latency: 20 },
    )
    .on(
      { userMessage: /cut/ },
      { content: "This is cut off in the middle of it" },
      { chunkSize: 5, latency: 20, truncateAfterChunks: 4 },
    )
    .on({ userMessage: /broken/ }, { error: { message: "bad things" }, status: 400 });
});
afterAll(() => server.close());

describe("sessions", () => {
  test("1. a fresh session has an id, a time and nothing else", async () => {
    const session = await client.beta.chat.create();
    expect(session).toMatchObject({ generated_title: null, index_ids: null, job_metadata: null });
    expect(session.session_id).not.toBe("");
    expect(new Date(session.last_updated_at).toISOString()).toBe(session.last_updated_at);
  });

  test("2. an absent body behaves like an empty object", async () => {
    const response = await call("POST", "");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ generated_title: null, index_ids: null, job_metadata: null });
  });

  test("3. bound indexes come back in order, and doubles collapse", async () => {
    const [a, b] = [await newIndex(), await newIndex()];
    const session = await client.beta.chat.create({ index_ids: [b, a, b] });
    expect(session.index_ids).toEqual([b, a]);
  });

  test.each([null, []])("4. index_ids %j makes an unbound session", async (index_ids) => {
    expect((await client.beta.chat.create({ index_ids })).index_ids).toBeNull();
  });

  test("5. eleven indexes are refused", async () => {
    const { status, detail } = await refused("POST", "", { index_ids: Array.from({ length: 11 }, newId) });
    expect(status).toBe(422);
    expect(detail).toMatchObject([
      {
        loc: ["body", "index_ids"],
        type: "too_long",
        msg: "List should have at most 10 items after validation, not 11",
      },
    ]);
  });

  test.each(["no-uuid", newId()])("6. the unknown index %s is a 404 that names it", async (id) => {
    expect(await refused("POST", "", { index_ids: [id] })).toEqual({ status: 404, detail: `Index not found: ${id}` });
  });

  test("7. index_ids that are a text are refused", async () => {
    const { status, detail } = await refused("POST", "", { index_ids: "x" });
    expect(status).toBe(422);
    expect(detail).toMatchObject([{ loc: ["body", "index_ids"], type: "list_type", input: "x" }]);
  });

  test("8. a fresh session has no events and the fields that create gave", async () => {
    const made = await client.beta.chat.create();
    const { events, ...summary } = await client.beta.chat.retrieve(made.session_id);
    expect(events).toEqual([]);
    expect(summary).toEqual(made);
  });

  test("9. the summary is the session without its events", async () => {
    const id = await turn("hello");
    const { events: _, ...rest } = await client.beta.chat.retrieve(id);
    expect(await client.beta.chat.getSummary(id)).toEqual(rest);
  });

  test.each([newId(), "ses-abc123", "%00", "' or 1=1"])(
    "10. lesson 12: the unknown session %s is a 404 everywhere",
    async (id) => {
      const path = `/${encodeURIComponent(id)}`;
      const answers = await Promise.all([
        refused("GET", path),
        refused("GET", `${path}/summary`),
        refused("POST", `${path}/title`, { first_message: "x" }),
        refused("POST", `${path}/messages/stream`, { index_ids: [], prompt: "x" }),
        refused("DELETE", path),
      ]);
      for (const answer of answers) expect(answer).toEqual({ status: 404, detail: "Session not found" });
    },
  );

  test("11. a deleted session is gone, and deleting it again is a 404", async () => {
    const id = await turn("hello");
    expect((await call("DELETE", `/${id}`)).status).toBe(204);
    await expect(client.beta.chat.delete(id)).rejects.toBeInstanceOf(LlamaCloud.NotFoundError);
    await expect(client.beta.chat.retrieve(id)).rejects.toBeInstanceOf(LlamaCloud.NotFoundError);
  });

  test.each([undefined, "Bearer wrong key"])(
    "12. the credentials %s are a 401 on every endpoint",
    async (authorization) => {
      const id = newId();
      for (const [method, path] of ENDPOINTS(id)) {
        const response = await server.fetch(`${ORIGIN}/api/v1/chat${path}`, {
          method,
          headers: authorization ? { authorization } : {},
        });
        expect([method, path, response.status]).toEqual([method, path, 401]);
        expect(response.headers.get("www-authenticate")).toBe("Bearer");
        expect(await response.json()).toEqual({ detail: "Invalid API key" });
      }
    },
  );

  test("13. a second account sees nothing of the first", async () => {
    const id = await turn("hello");
    const other = clientFor((await server.makeAccount()).key);
    await expect(other.beta.chat.retrieve(id)).rejects.toBeInstanceOf(LlamaCloud.NotFoundError);
    expect((await other.beta.chat.list()).items).toEqual([]);
  });

  test("14. an empty project counts as none, a bad one is a 422, a strange one a 404", async () => {
    const { session_id } = await client.beta.chat.create();
    expect((await call("GET", `/${session_id}?project_id=`)).status).toBe(200);
    const bad = await refused("GET", `/${session_id}?project_id=x`);
    expect(bad.status).toBe(422);
    expect(bad.detail).toMatchObject([{ loc: ["query", "project_id"], type: "uuid_parsing" }]);
    expect(await refused("GET", `/${session_id}?project_id=${newId()}`)).toEqual({
      status: 404,
      detail: "Project not found",
    });
    expect(await refused("GET", `/${session_id}?organization_id=${newId()}`)).toEqual({
      status: 404,
      detail: "Project not found",
    });
    expect((await call("GET", `/${session_id}?organization_id=${server.parley.ownerId}`)).status).toBe(200);
  });
});

describe("list", () => {
  test("15. an account without sessions has an empty page and no token", async () => {
    const other = clientFor((await server.makeAccount()).key);
    expect(await rawList(other)).toEqual({ items: [], next_page_token: null });
  });

  test("16. lesson 26: 25 sessions come in pages of 10, 10 and 5, each once", async () => {
    const other = clientFor((await server.makeAccount()).key);
    for (let n = 0; n < 25; n++) await other.beta.chat.create();
    const sizes: number[] = [];
    const ids = new Set<string>();
    for await (const page of (await other.beta.chat.list({ page_size: 10 })).iterPages()) sizes.push(page.items.length);
    for await (const session of other.beta.chat.list({ page_size: 10 })) ids.add(session.session_id);
    expect(sizes).toEqual([10, 10, 5]);
    expect(ids.size).toBe(25);
  });

  test("17. a turn moves its session to the front", async () => {
    const first = await client.beta.chat.create();
    await client.beta.chat.create();
    await client.beta.chat.stream(first.session_id, { index_ids: [], prompt: "hello" });
    const [front] = (await client.beta.chat.list()).items;
    expect(front?.session_id).toBe(first.session_id);
  });

  test("18. a session made between two pages neither repeats nor hides an older one", async () => {
    const other = clientFor((await server.makeAccount()).key);
    const made: string[] = [];
    for (let n = 0; n < 6; n++) made.unshift((await other.beta.chat.create()).session_id);
    const first = await other.beta.chat.list({ page_size: 3 });
    await other.beta.chat.create();
    const second = await first.getNextPage();
    expect([...first.items, ...second.items].map((session) => session.session_id)).toEqual(made);
  });

  test("19. a page size of 0 is the default, over 100 is 100, others are refused", async () => {
    expect((await call("GET", "?page_size=0")).status).toBe(200);
    expect((await call("GET", "?page_size=1000")).status).toBe(200);
    expect((await refused("GET", "?page_size=-1")).detail).toMatchObject([
      { loc: ["query", "page_size"], type: "greater_than_equal", msg: "Input should be greater than or equal to 0" },
    ]);
    expect((await refused("GET", "?page_size=abc")).detail).toMatchObject([
      {
        loc: ["query", "page_size"],
        type: "int_parsing",
        msg: "Input should be a valid integer, unable to parse string as an integer",
      },
    ]);
  });

  test("20. a page token that cannot be read is a 400", async () => {
    expect(await refused("GET", "?page_token=garbage")).toEqual({ status: 400, detail: "Invalid page_token" });
  });

  test("21. a last page that is full has no token", async () => {
    const other = clientFor((await server.makeAccount()).key);
    for (let n = 0; n < 3; n++) await other.beta.chat.create();
    expect(await rawList(other, { page_size: 3 })).toMatchObject({ next_page_token: null });
  });
});

describe("title", () => {
  test("22. and 25. a title is made, kept, listed and replaced by the next", async () => {
    const { session_id } = await client.beta.chat.create();
    const titled = await json<SessionSummary>("POST", `/${session_id}/title`, { first_message: "hello you" });
    expect(titled.generated_title).toBe("A fine title");
    expect((await client.beta.chat.getSummary(session_id)).generated_title).toBe("A fine title");
    expect((await client.beta.chat.list()).items[0]?.generated_title).toBe("A fine title");
    server.model.prependFixture({
      match: { systemMessage: "Write a title", sequenceIndex: 0 },
      response: { content: '<think>hm</think>\n**Title:** "Another\ntitle."' },
    });
    const again = await json<SessionSummary>("POST", `/${session_id}/title`, { first_message: "hello" });
    expect(again.generated_title).toBe("Another");
  });

  test("23. a title without a message, or of a blank one, is refused", async () => {
    const { session_id } = await client.beta.chat.create();
    const missing = await refused("POST", `/${session_id}/title`, {});
    expect(missing.status).toBe(422);
    expect(missing.detail).toEqual([
      { type: "missing", loc: ["body", "first_message"], msg: "Field required", input: {} },
    ]);
    expect((await refused("POST", `/${session_id}/title`, { first_message: "  " })).status).toBe(422);
  });

  test("24. lesson 35: where the model fails, the title is the message's first words", async () => {
    const { session_id } = await client.beta.chat.create();
    server.model.nextRequestError(400, { message: "no" });
    const words = "What is the best way to keep a very long conversation readable for everybody who joins late?";
    const titled = await json<SessionSummary>("POST", `/${session_id}/title`, { first_message: words });
    expect(titled.generated_title).toBe("What is the best way to keep a very long conversation...");
  });
});

describe("stream", () => {
  test("26. to 28. frames are one data line of known events, deltas join to their blocks, one stop is last", async () => {
    const { session_id } = await client.beta.chat.create();
    const response = await stream(session_id, { prompt: "think" });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.get("cache-control")).toContain("no-transform");
    const text = await response.text();
    for (const frame of text.split("\n\n").filter(Boolean)) expect(frame).toMatch(/^(?:: open|data: \{.*\})$/);
    const events = parsed(text);
    expect(events.map((event) => event.type).filter((type, n, all) => type !== all[n - 1])).toEqual([
      "user_input",
      "thinking_delta",
      "thinking",
      "text_delta",
      "text",
      "stop",
    ]);
    expect(joined(events, "thinking_delta")).toBe("Two and two make four.");
    expect(joined(events, "thinking")).toBe("Two and two make four.");
    expect(joined(events, "text_delta")).toBe("It is four.");
    expect(joined(events, "text")).toBe("It is four.");
    expect(events.at(-1)).toMatchObject({ type: "stop", is_error: false, error: null, usage: { turns: 1 } });
  });

  test("29. to 31. calls have results, the history is the stream without deltas, and the summary has the usage", async () => {
    const { session_id } = await client.beta.chat.create();
    const events = parsed(await (await stream(session_id, { prompt: "calculate" })).text());
    const calls = events.filter((event) => event.type === "tool_call");
    const results = events.filter((event) => event.type === "tool_result");
    expect(calls).toMatchObject([
      { call_id: "call_a", name: "calculator", arguments: { expression: "2+2" } },
      { call_id: "call_b", name: "current_time", arguments: {} },
    ]);
    expect(new Set(results.map((event) => `${event.call_id} ${event.name}`))).toEqual(
      new Set(["call_a calculator", "call_b current_time"]),
    );
    expect(results.find((event) => event.call_id === "call_a")?.result).toEqual({ expression: "2+2", value: 4 });
    const full = await json<FullSession>("GET", `/${session_id}`);
    const inOrder = (all: readonly SessionEvent[]) => all.filter((event) => !event.type.endsWith("_delta"));
    expect(new Set(full.events.map((event) => JSON.stringify(event)))).toEqual(
      new Set(inOrder(events).map((event) => JSON.stringify(event))),
    );
    expect(full.events.map((event) => event.type)).toEqual(inOrder(events).map((event) => event.type));
    const stop = events.at(-1);
    expect(full.job_metadata).toMatchObject({
      ...(stop?.type === "stop" ? stop.usage : {}),
      is_error: false,
      error: null,
    });
  });

  test("32. the client's stream call gives the frames, and its response arrives before the turn ends", async () => {
    const { session_id } = await client.beta.chat.create();
    const text = await client.beta.chat.stream(session_id, { index_ids: [], prompt: "hello" });
    expect(text).toContain('data: {"type":"text","content":"Hello! How are you?"}');
    const response = await client.beta.chat.stream(session_id, { index_ids: [], prompt: "slow" }).asResponse();
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain("open");
    expect((await json<FullSession>("GET", `/${session_id}?details=1`)).running_run_id).not.toBeNull();
    await call("POST", `/${session_id}/stop`);
  });

  test.each([
    [{ index_ids: [] }, { loc: ["body", "prompt"], type: "missing", msg: "Field required" }],
    [{ prompt: "x" }, { loc: ["body", "index_ids"], type: "missing", msg: "Field required" }],
    [
      { index_ids: [], prompt: 5 },
      { loc: ["body", "prompt"], type: "string_type", input: 5 },
    ],
    [{ index_ids: [], prompt: " \n" }, { loc: ["body", "prompt"] }],
    [
      { index_ids: [0], prompt: "x" },
      { loc: ["body", "index_ids", 0], type: "string_type" },
    ],
    [
      { index_ids: [], prompt: "x".repeat(200_001) },
      { loc: ["body", "prompt"], type: "string_too_long", msg: "String should have at most 200000 characters" },
    ],
    [[], { loc: ["body"], type: "model_attributes_type" }],
    [null, { loc: ["body"], type: "missing", input: null }],
  ])("33. and 48. the body %.60j is refused and nothing is stored", async (body, fault) => {
    const { session_id } = await client.beta.chat.create();
    const { status, detail } = await refused("POST", `/${session_id}/messages/stream`, body);
    expect(status).toBe(422);
    expect(detail).toMatchObject([fault]);
    expect((await client.beta.chat.retrieve(session_id)).events).toEqual([]);
  });

  test("33. a prompt of 200,000 characters passes, counted in code points", async () => {
    const { session_id } = await client.beta.chat.create();
    const prompt = `hello ${"😀".repeat(199_994)}`;
    const events = parsed(await (await stream(session_id, { prompt })).text());
    expect(events.at(-1)).toMatchObject({ type: "stop", is_error: false });
  });

  test("48. broken JSON names the place where reading stopped", async () => {
    const { session_id } = await client.beta.chat.create();
    const response = await call("POST", `/${session_id}/messages/stream`, '{"prompt": tru}');
    expect(response.status).toBe(422);
    expect((await response.json()).detail).toMatchObject([
      { loc: ["body", 11], type: "json_invalid", msg: "JSON decode error", input: {} },
    ]);
  });

  test("34. an unbound session takes other indexes each turn and stays unbound", async () => {
    const { session_id } = await client.beta.chat.create();
    for (const index of [await newIndex(), await newIndex()]) {
      const events = parsed(await (await stream(session_id, { prompt: "hello", index_ids: [index] })).text());
      expect(events.at(-1)).toMatchObject({ type: "stop", is_error: false });
    }
    expect((await client.beta.chat.getSummary(session_id)).index_ids).toBeNull();
  });

  test("35. a bound session is locked by its first turn: another set is a 409 that is not repeated", async () => {
    const [a, b, c] = [await newIndex(), await newIndex(), await newIndex()];
    const { session_id } = await client.beta.chat.create({ index_ids: [a, b] });
    await (await stream(session_id, { prompt: "hello", index_ids: [a, b] })).text();
    const response = await stream(session_id, { prompt: "hello", index_ids: [c] });
    expect([response.status, response.headers.get("x-should-retry")]).toEqual([409, "false"]);
    expect(await response.json()).toEqual({ detail: "Session indexes are locked" });
    for (const index_ids of [[], [b, a]]) {
      const again = await stream(session_id, { prompt: "hello", index_ids });
      expect(again.status).toBe(200);
      // A turn that still runs would keep the next from beginning.
      await again.text();
    }
  });

  test("36. before its first turn a bound session is bound anew", async () => {
    const [a, b, c] = [await newIndex(), await newIndex(), await newIndex()];
    const { session_id } = await client.beta.chat.create({ index_ids: [a, b] });
    await (await stream(session_id, { prompt: "hello", index_ids: [c, a] })).text();
    expect((await client.beta.chat.getSummary(session_id)).index_ids).toEqual([c, a]);
  });

  test("38. unknown indexes are skipped and named, or a 404 where all are required", async () => {
    const known = await newIndex();
    const unknown = newId();
    const { session_id } = await client.beta.chat.create();
    const events = parsed(await (await stream(session_id, { prompt: "hello", index_ids: [known, unknown] })).text());
    expect(events.at(-1)).toMatchObject({ type: "stop", skipped_index_ids: [unknown] });
    const strict = await stream(session_id, {
      prompt: "hello",
      index_ids: [known, unknown],
      require_all_indexes: true,
    });
    expect(strict.status).toBe(404);
    expect((await stream(session_id, { prompt: "hello", index_ids: [unknown] })).status).toBe(404);
  });

  test("39. a session runs one turn at a time, two sessions run two", async () => {
    const [one, two] = [await client.beta.chat.create(), await client.beta.chat.create()];
    const [first, second, third] = await Promise.all([
      stream(one.session_id, { prompt: "slow" }),
      stream(one.session_id, { prompt: "slow" }),
      stream(two.session_id, { prompt: "slow" }),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    const refused = first.status === 409 ? first : second;
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(await refused.json()).toEqual({ detail: "Session already has a running turn" });
    expect(third.status).toBe(200);
    for (const { session_id } of [one, two]) await call("POST", `/${session_id}/stop`);
  });

  test("40. lesson 2: a caller that leaves changes nothing: the answer is completed", async () => {
    const { session_id } = await client.beta.chat.create();
    await leave(await stream(session_id, { prompt: "slow" }));
    const events = await ended(session_id);
    expect(joined(events, "text")).toBe("one two three four five six seven eight nine ten ".repeat(20));
    expect(events.at(-1)).toMatchObject({ type: "stop", is_error: false });
  });

  test("40. with x-on-disconnect: cancel, leaving stops the model and keeps the text", async () => {
    const { session_id } = await client.beta.chat.create();
    const before = server.abortedModelCalls();
    await leave(await stream(session_id, { prompt: "slow" }, { "x-on-disconnect": "cancel" }));
    await modelSawAbort(before);
    const events = await ended(session_id);
    expect(events.at(-1)).toMatchObject({ type: "stop", is_error: true, error: "cancelled" });
    expect(joined(events, "text")).toMatch(/^one /);
    expect(parsed(await (await stream(session_id, { prompt: "hello" })).text()).at(-1)).toMatchObject({
      is_error: false,
    });
  });

  test("40. lesson 11: stop closes the model's connection and keeps the text, in every turn", async () => {
    const { session_id } = await client.beta.chat.create();
    for (const turns of [1, 2]) {
      const response = await stream(session_id, { prompt: "slow" });
      const before = server.abortedModelCalls();
      await readUntil(response, "three");
      expect(await json("POST", `/${session_id}/stop`)).toMatchObject({
        stopped: true,
        job_metadata: { is_error: true },
      });
      await modelSawAbort(before);
      const events = (await json<FullSession>("GET", `/${session_id}`)).events;
      expect(events.filter((event) => event.type === "stop")).toHaveLength(turns);
      expect(events.at(-1)).toMatchObject({ is_error: true, error: "cancelled" });
      expect(joined(events.slice(-2), "text")).toMatch(/^one two three/);
    }
    expect(await json("POST", `/${session_id}/stop`)).toMatchObject({ stopped: false });
  });

  test("41. lesson 12: a model that refuses before the first token leaves the question and an error", async () => {
    const { session_id } = await client.beta.chat.create();
    const events = parsed(await (await stream(session_id, { prompt: "broken" })).text());
    expect(events.map((event) => event.type)).toEqual(["user_input", "stop"]);
    expect(events.at(-1)).toMatchObject({
      is_error: true,
      error: expect.stringContaining("refused the request (400)"),
    });
    const full = await json<FullSession>("GET", `/${session_id}`);
    expect(full.events).toEqual(events);
    expect(full.job_metadata).toMatchObject({ is_error: true });
  });

  test("42. a model that breaks off leaves the partial text and an error", async () => {
    const { session_id } = await client.beta.chat.create();
    const events = parsed(await (await stream(session_id, { prompt: "cut" })).text());
    expect(events.filter((event) => event.type !== "text_delta").map((event) => event.type)).toEqual([
      "user_input",
      "text",
      "stop",
    ]);
    expect("This is cut off in the middle of it".startsWith(joined(events, "text"))).toBe(true);
    expect(events.at(-1)).toMatchObject({ is_error: true });
    expect((await json<FullSession>("GET", `/${session_id}`)).events).toEqual(
      events.filter((event) => event.type !== "text_delta"),
    );
  });

  test("43. the second turn's prompt holds the first question and answer", async () => {
    const { session_id } = await client.beta.chat.create();
    await (await stream(session_id, { prompt: "hello" })).text();
    await (await stream(session_id, { prompt: "hello again" })).text();
    const asked = server.model.getRequests().filter((entry) => JSON.stringify(entry.body).includes("hello again"));
    const body = asked.find((entry) => !JSON.stringify(entry.body).includes("Write a title"))?.body;
    expect(body).toMatchObject({
      messages: [
        { role: "user", content: "hello" },
        { role: "assistant", content: "Hello! How are you?" },
        { role: "user", content: "hello again" },
      ],
    });
  });

  test("44. deleting a session in mid-turn ends its stream with an error and leaves nothing", async () => {
    const { session_id } = await client.beta.chat.create();
    const response = await stream(session_id, { prompt: "slow" });
    await readUntil(response.clone(), "one");
    await client.beta.chat.delete(session_id);
    expect(parsed(await response.text()).at(-1)).toMatchObject({ type: "stop", is_error: true });
    expect((await call("GET", `/${session_id}`)).status).toBe(404);
  });

  test("46. text of several bytes a character arrives whole", async () => {
    const { session_id } = await client.beta.chat.create();
    const events = parsed(await (await stream(session_id, { prompt: "languages" })).text());
    expect(joined(events, "text_delta")).toBe("Grüße 👩‍👩‍👧 日本語 \u2028 done");
  });

  test("lesson 5: a repeat of a request under its message_id follows the same turn and asks the model once", async () => {
    const { session_id } = await client.beta.chat.create();
    const message_id = newId();
    const asked = () =>
      server.model.getRequests().filter((entry) => JSON.stringify(entry.body).includes("slow once")).length;
    const answers = await Promise.all([1, 2, 3].map(() => stream(session_id, { prompt: "slow once", message_id })));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    const texts = await Promise.all(answers.map(async (answer) => joined(parsed(await answer.text()), "text")));
    expect(new Set(texts).size).toBe(1);
    expect(asked()).toBe(1);
    expect((await stream(session_id, { prompt: "something else", message_id })).status).toBe(409);
  });

  test("a turn with a parent forks the line, and the history shows the new one", async () => {
    const { session_id } = await client.beta.chat.create();
    await (await stream(session_id, { prompt: "hello first" })).text();
    await (await stream(session_id, { prompt: "hello second" })).text();
    const before = (await json<FullSession>("GET", `/${session_id}?event_ids=1`)).events;
    const parent_id = before.find((event) => event.type === "text")?.message_id;
    await (await stream(session_id, { prompt: "hello third", parent_id })).text();
    const questions = async () =>
      (await json<FullSession>("GET", `/${session_id}`)).events.flatMap((event) =>
        event.type === "user_input" ? [event.content] : [],
      );
    expect(await questions()).toEqual(["hello first", "hello third"]);
    await (await stream(session_id, { prompt: "hello anew", parent_id: null })).text();
    expect(await questions()).toEqual(["hello anew"]);
  });

  test("following from a number gives the frames after it, and a session without turns gives 204", async () => {
    const { session_id } = await client.beta.chat.create();
    expect((await call("GET", `/${session_id}/messages/stream`)).status).toBe(204);
    const live = await (await stream(session_id, { prompt: "hello" }, {}, "?event_ids=1")).text();
    const numbers = [...live.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    const after = numbers[2] ?? 0;
    const replay = await (await call("GET", `/${session_id}/messages/stream?after=${after}`)).text();
    const rest = live.slice(live.search(new RegExp(`^id: (?!${numbers.filter((n) => n <= after).join("$|")}$)`, "m")));
    expect(parsed(replay).map(withoutTime)).toEqual(parsed(rest).map(withoutTime));
  });
});

test("unknown paths, other methods and preflights are answered in this shape", async () => {
  expect(await refused("GET", "/x/y/z")).toEqual({ status: 404, detail: "Not Found" });
  const put = await call("PUT", "");
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST"]);
  expect(await put.json()).toEqual({ detail: "Method Not Allowed" });
  const preflight = await server.fetch(`${ORIGIN}/api/v1/chat`, { method: "OPTIONS" });
  expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
});

const ENDPOINTS = (id: string) =>
  [
    ["GET", ""],
    ["POST", ""],
    ["GET", `/${id}`],
    ["DELETE", `/${id}`],
    ["GET", `/${id}/summary`],
    ["POST", `/${id}/title`],
    ["POST", `/${id}/messages/stream`],
  ] as const;

/** The page as it is on the wire: the client's class shows a missing token as an empty text. */
const rawList = async (client: LlamaCloud, query = {}): Promise<unknown> =>
  (await client.beta.chat.list(query).asResponse()).json();

const clientFor = (apiKey: string) => new LlamaCloud({ apiKey, baseURL: ORIGIN, fetch: server.fetch, maxRetries: 0 });

function call(method: string, path: string, body?: unknown): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return server.fetch(`${ORIGIN}/api/v1/chat${path}`, {
    method,
    headers: { authorization: `Bearer ${OWNER_KEY}` },
    body: body === undefined ? undefined : text,
  });
}

async function json<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await call(method, path, body);
  expect(response.status).toBe(200);
  return response.json() as Promise<T>; // the shape is what the tests look at
}

async function refused(method: string, path: string, body?: unknown): Promise<{ status: number; detail: unknown }> {
  const response = await call(method, path, body);
  const { detail }: { detail: unknown } = await response.json();
  return { status: response.status, detail };
}

function stream(
  id: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
  query = "",
): Promise<Response> {
  return server.fetch(`${ORIGIN}/api/v1/chat/${id}/messages/stream${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWNER_KEY}`, ...headers },
    body: JSON.stringify({ index_ids: [], ...body }),
  });
}

async function turn(prompt: string): Promise<string> {
  const { session_id } = await client.beta.chat.create();
  await (await stream(session_id, { prompt })).text();
  // The title is made behind the turn; what compares sessions waits for it.
  await expect.poll(async () => (await client.beta.chat.getSummary(session_id)).generated_title).toBe("A fine title");
  return session_id;
}

async function newIndex(): Promise<string> {
  const response = await server.fetch(`${ORIGIN}/api/v1/indexes`, {
    method: "POST",
    headers: { authorization: `Bearer ${OWNER_KEY}` },
    body: JSON.stringify({ name: "Reports" }),
  });
  return (await response.json()).id;
}

const parsed = (text: string): SessionEvent[] =>
  text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));

const joined = (events: readonly SessionEvent[], type: SessionEvent["type"]): string =>
  events.map((event) => (event.type === type && "content" in event ? event.content : "")).join("");

const withoutTime = ({ created_at: _, ...event }: SessionEvent) => event;

async function readUntil(response: Response, word: string): Promise<void> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  while (reader && !text.includes(word)) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
  }
  reader?.releaseLock();
}

async function leave(response: Response): Promise<void> {
  await readUntil(response, "one");
  await response.body?.cancel();
}

async function ended(id: string): Promise<readonly SessionEvent[]> {
  await expect.poll(async () => (await json<FullSession>("GET", `/${id}`)).events.at(-1)?.type).toBe("stop");
  return (await json<FullSession>("GET", `/${id}`)).events;
}

async function modelSawAbort(before: number): Promise<void> {
  await expect.poll(() => server.abortedModelCalls()).toBeGreaterThan(before);
}
