import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import type { Way } from "../testing/way.ts";
import { DIALECTS } from "./index.ts";

// The same turns through every dialect: what is stored of them, and what they cost, is the same.

const LONG = "A long answer, piece by piece. ".repeat(20);
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

let api: Api;
let agentId: string;
let cookie: string;

beforeAll(async () => {
  api = await openApi();
  agentId = (await api.call("POST", "/api/agents", { body: { name: "Ada", instructions: ["Be brief."] } })).body.id;
  await api.call("POST", `/api/agents/${agentId}/tools`, {
    body: { name: "echo", type: "integration", integration: { provider: "dummy", method: null } },
  });
  const guest = await api.call("POST", "/api/v1/chat", {
    body: {},
    key: null,
    headers: { "sec-fetch-site": "same-origin" },
  });
  cookie = guest.headers.get("set-cookie")?.split(";")[0] ?? "";
});
afterAll(() => api.close());

beforeEach(() => {
  api.model.reset();
  api.model.onToolResult("call_echo", { content: "It says hi.", usage: USAGE });
  api.model.onMessage(/use the tool/s, {
    toolCalls: [{ id: "call_echo", name: "echo", arguments: '{"text":"hi"}' }],
    usage: USAGE,
  });
  api.model.onMessage(/fail/s, { error: { message: "no such thing", type: "invalid_request_error" }, status: 400 });
  api.model.onMessage(/slow/s, { content: LONG }, { latency: 40 });
  api.model.onMessage(/.*/s, { content: "Hello.", usage: USAGE });
});

const ways = await Promise.all(
  DIALECTS.map(async ({ name, label }) => {
    const { way }: { way: Way } = await import(`./${name}/fixtures/way.ts`);
    return { name, label, ...way };
  }),
);

const query = async (sql: string, values: unknown[] = []) =>
  (await api.server.parley.ports.database.pool.query(sql, values)).rows;

/** The latest run as it is stored. */
async function run() {
  const [row] = await query(
    `select status, "finishReason", usage, "usageEstimated", steps, settings->>'model' as model, error->>'code' as error
     from "Run" order by "createdAt" desc, id desc limit 1`,
  );
  return row;
}

/** What a session holds, without ids and times. */
async function stored(sessionId: string | null) {
  if (sessionId === null) return [];
  const messages = await query(
    `select role, name, source, parts, model, "tokenCount" from "Message" where "sessionId" = $1 order by position`,
    [sessionId],
  );
  return messages.map(({ parts, ...message }) => ({
    ...message,
    parts: parts.map(({ durationMs: _, callId: __, ...part }: Record<string, unknown>) => part),
  }));
}

describe.each(ways)("$label", ({ ask: askIn, stores, keepsPartial, keepsFailed }) => {
  const ask = (text: string) => askIn(api, agentId, text);

  test("a text", async () => {
    const { response, sessionId } = await ask("hi");
    await response.text();
    expect(await run()).toEqual({
      status: "completed",
      finishReason: "stop",
      usage: { inputTokens: 11, outputTokens: 7, isEstimated: false },
      usageEstimated: false,
      steps: 1,
      model: "test-model",
      error: null,
    });
    const messages = await stored(await sessionId());
    if (!stores) return expect(messages).toEqual([]);
    expect(messages).toEqual([
      {
        role: "user",
        name: null,
        source: "api_request",
        parts: [{ type: "text", text: "hi" }],
        model: null,
        tokenCount: expect.any(Number),
      },
      {
        role: "assistant",
        name: null,
        source: "api_response",
        parts: [{ type: "text", text: "Hello." }],
        model: "test-model",
        tokenCount: expect.any(Number),
      },
    ]);
  });

  test("a tool that the server runs", async () => {
    const { response, sessionId } = await ask("use the tool");
    const text = await response.text();
    expect(text).toContain("It says hi.");
    expect(await run()).toMatchObject({
      status: "completed",
      finishReason: "stop",
      usage: { inputTokens: 22, outputTokens: 14 },
      steps: 2,
    });
    const messages = await stored(await sessionId());
    if (!stores) return;
    expect(messages.map(({ role, source, parts }) => [role, source, parts])).toEqual([
      ["user", "api_request", [{ type: "text", text: "use the tool" }]],
      ["assistant", "tool_request", [{ type: "tool-call", name: "echo", input: { text: "hi" } }]],
      ["tool", "tool_response", [{ type: "tool-result", name: "echo", output: { text: "hi" }, isError: false }]],
      ["assistant", "api_response", [{ type: "text", text: "It says hi." }]],
    ]);
  });

  test("a failure of the provider", async () => {
    const before = await query(`select count(*)::int as count from "Session"`);
    const { response, sessionId } = await ask("fail");
    await response.text();
    expect(await run()).toMatchObject({ status: "failed", error: "model-refused", finishReason: null });
    const roles = (await stored(await sessionId())).map(({ role }) => role);
    expect(roles).toEqual(keepsFailed ? ["user"] : []);
    const after = await query(`select count(*)::int as count from "Session"`);
    // A session that stood before the call stays, one that the call would have made does not come.
    expect(after[0]?.count - before[0]?.count).toBe((await sessionId()) === null ? 0 : 1);
  });

  test("a caller who leaves", async () => {
    const before = api.server.abortedModelCalls();
    const { response, sessionId } = await ask("slow");
    const reader = response.body?.getReader();
    let read = "";
    while (!read.includes("piece")) read += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    await expect.poll(() => api.server.abortedModelCalls()).toBe(before + 1);
    await expect.poll(run).toMatchObject({ status: "cancelled", error: "cancelled", usageEstimated: true, steps: 1 });
    const messages = await stored(await sessionId());
    expect(messages.map(({ role }) => role)).toEqual(keepsPartial ? ["user", "assistant"] : []);
    if (keepsPartial) expect(LONG.startsWith(messages[1]?.parts[0].text)).toBe(true);
  });
});

test("the sidebar shows the sessions of all dialects alike, and a browser's own turn is stored as theirs are", async () => {
  const listed = (await api.call("GET", "/api/v1/chat?all_projects=1&details=1&page_size=100")).body.items;
  const texts = new Map<string, string[]>();
  for (const { session_id } of listed) {
    const { events } = (await api.call("GET", `/api/v1/chat/${session_id}`)).body;
    const origin = (await query(`select origin from "Session" where id = $1`, [session_id]))[0]?.origin;
    const told = events.map(({ type, content }: { type: string; content?: string }) => `${type} ${content ?? ""}`);
    if (told[0] === "user_input hi") texts.set(origin, told);
  }
  expect([...texts.keys()].sort()).toEqual(ways.flatMap(({ name, stores }) => (stores ? name : [])).sort());
  for (const told of texts.values()) expect(told).toEqual(["user_input hi", "text Hello.", "stop "]);

  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const { session_id } = (await api.call("POST", "/api/v1/chat", { key: null, headers, body: {} })).body;
  await api.call("POST", `/api/v1/chat/${session_id}/messages/stream`, {
    key: null,
    headers,
    body: { index_ids: [], prompt: "hi" },
  });
  expect(await run()).toMatchObject({ status: "completed", usage: { inputTokens: 11, outputTokens: 7 }, steps: 1 });
  expect((await stored(session_id)).map(({ role, source }) => `${role} ${source}`)).toEqual([
    "user api_request",
    "assistant api_response",
  ]);
});

// On one database: what is asked for here is the same on both, and takes its time.
test.skipIf(process.env.TEST_DATABASE !== "postgresql").each(ways)(
  "lesson 21: forty turns of $label, each of them whole",
  async ({ ask }) => {
    const since = (await query("select now() as at"))[0].at;
    for (let n = 0; n < 40; n++) {
      const { response } = await ask(api, agentId, `hi ${n}`);
      expect(await response.text()).toContain("Hello.");
    }
    const runs = await query(
      `select status, "finishReason" as reason, count(*)::int as count from "Run" where "createdAt" >= $1 group by 1, 2`,
      [since],
    );
    expect(runs).toEqual([{ status: "completed", reason: "stop", count: 40 }]);
    const blank = await query(
      `select 1 from "Message" where role = 'assistant' and "createdAt" >= $1 and parts::text not like '%Hello.%'`,
      [since],
    );
    expect(blank).toEqual([]);
  },
);
