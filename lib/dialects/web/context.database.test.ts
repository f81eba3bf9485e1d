import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.ts";
import { type Api, openApi } from "../../testing/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/slowly/u, { content: "word ".repeat(400) }, { latency: 20 });
  api.model.onMessage(/./u, { content: "an answer" });
});
afterAll(() => api.close());

const pool = () => api.server.parley.ports.database.pool;
const made = async (path: string, body: object): Promise<string> => {
  const answer = await api.call("POST", path, { body });
  expect([path, answer.status]).toEqual([path, 201]);
  return answer.body.id;
};
const contextOf = async (session: string, run: string, query = "") => {
  const { status, body } = await api.call("GET", `/api/app/sessions/${session}/turns/${run}/context${query}`);
  expect(status).toBe(200);
  return body;
};
const partsOf = (context: { parts: { part: string }[] }) => context.parts.map(({ part }) => part);
const itemsOf = (context: { items: { part: string }[] }, part: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: as bodies are in tests.
  context.items.filter((item) => item.part === part) as any[];

/** A turn in which an agent with a doc, a tool and a user was asked. */
async function turn() {
  const agent = await made("/api/agents", { name: "Ada", instructions: ["Be brief"] });
  const doc = await made(`/api/agents/${agent}/docs`, { title: "Hours", content: "The harbour is open all day." });
  const tool = await made(`/api/agents/${agent}/tools`, { name: "look", type: "function", function: {} });
  const user = await made("/api/users", { name: "Bo" });
  const session = await made("/api/sessions", { agent, user, recall_options: { mode: "text" } });
  const messages = [{ role: "user", content: "When is the harbour open?" }];
  const run = await made(`/api/sessions/${session}/chat`, { messages });
  return { agent, doc, tool, user, session, run };
}

test("a turn's context tells its parts, both counts, and texts that are as they were sent", async () => {
  const { session, run } = await turn();
  const context = await contextOf(session, run);
  expect(context).toMatchObject({ run_id: run, status: "completed", is_kept: true, dropped: 0, changes: [] });
  expect(partsOf(context)).toEqual(["system", "docs", "tools", "new"]);
  expect(context.provider_tokens).toBeGreaterThan(0);
  expect(context.tokens).toBe(context.parts.reduce((sum: number, part: { tokens: number }) => sum + part.tokens, 0));
  expect(itemsOf(context, "system")[0].text).toContain("- Be brief");
  expect(itemsOf(context, "docs")).toMatchObject([{ name: "Hours", text: "The harbour is open all day." }]);
  expect(itemsOf(context, "tools")).toMatchObject([{ name: "look", is_as_sent: true }]);
  expect(itemsOf(context, "new")).toMatchObject([{ role: "user", position: 0, text: "When is the harbour open?" }]);
});

test("17: a turn's context tells how its documents were looked for, and why it was another way than asked for", async () => {
  const { agent, session, run } = await turn();
  expect((await contextOf(session, run)).recall).toEqual({ mode: "text", note: null });
  const other = await made("/api/sessions", { agent, recall_options: { mode: "vector" } });
  const messages = [{ role: "user", content: "Who keeps the light?" }];
  const byVector = await made(`/api/sessions/${other}/chat`, { messages });
  const why = "No embedding model is set up.";
  expect((await contextOf(other, byVector)).recall).toEqual({ mode: "text", note: why });
  const nobody = await made("/api/agents", { name: "Cy" });
  const plain = await made("/api/sessions", { agent: nobody });
  const bare = await made(`/api/sessions/${plain}/chat`, { messages });
  expect((await contextOf(plain, bare)).recall).toBeNull();
});

describe("what has changed since a turn is told, and its tokens stay", () => {
  type Turn = Awaited<ReturnType<typeof turn>>;
  const changes: [string, (turn: Turn) => Promise<unknown>, string[], object][] = [
    [
      "the agent",
      ({ agent }) => api.call("PATCH", `/api/agents/${agent}`, { body: { instructions: ["Be verbose"] } }),
      ["agent-changed"],
      { part: "system", is_as_sent: false, text: expect.stringContaining("Be verbose") },
    ],
    [
      "the agent, which is gone",
      ({ agent }) => api.call("DELETE", `/api/agents/${agent}`),
      ["agent-gone", "doc-gone", "tool-changed"],
      { part: "system", is_as_sent: false, text: null },
    ],
    [
      "a doc, which is gone",
      ({ agent, doc }) => api.call("DELETE", `/api/agents/${agent}/docs/${doc}`),
      ["doc-gone"],
      { part: "docs", name: null, text: null, is_as_sent: false },
    ],
    [
      "a user",
      ({ user }) => api.call("PATCH", `/api/users/${user}`, { body: { name: "Cy" } }),
      ["user-changed"],
      { part: "system", is_as_sent: false },
    ],
    [
      "a tool",
      ({ agent, tool }) => {
        const body = { name: "look", type: "function", description: "Looks out", function: {} };
        return api.call("PUT", `/api/agents/${agent}/tools/${tool}`, { body });
      },
      ["tool-changed"],
      { part: "tools", name: "look", is_as_sent: false, text: expect.stringContaining("Looks out") },
    ],
    [
      "the session",
      ({ session }) => api.call("PATCH", `/api/sessions/${session}`, { body: { situation: "At sea" } }),
      ["request"],
      { part: "system", is_as_sent: false, text: expect.stringContaining("At sea") },
    ],
  ];
  test.each(changes)("%s", async (_, change, told, item) => {
    const asked = await turn();
    const before = await contextOf(asked.session, asked.run);
    expect((await change(asked)) as { status: number }).toMatchObject({
      status: expect.toSatisfy((code) => code < 300),
    });
    const after = await contextOf(asked.session, asked.run);
    expect(after.changes).toEqual(told);
    expect(after.items).toContainEqual(expect.objectContaining(item));
    expect([after.parts, after.tokens]).toEqual([before.parts, before.tokens]);
    expect(itemsOf(after, "new")).toEqual(itemsOf(before, "new"));
  });

  test("a change that leaves the text as it was is no news", async () => {
    const { agent, session, run } = await turn();
    await api.call("PATCH", `/api/agents/${agent}`, { body: { metadata: { seen: true } } });
    await api.call("PATCH", `/api/v1/chat/${session}`, { body: { generated_title: "Mine" } });
    expect((await contextOf(session, run)).changes).toEqual([]);
  });
});

test("a running turn tells what it was asked with, and its texts themselves", async () => {
  const { agent, session } = await turn();
  const body = { messages: [{ role: "user", content: "slowly" }], stream: true };
  const stream = await api.send("POST", `/api/sessions/${session}/chat`, { body });
  const reader = stream.body?.getReader();
  await reader?.read();
  await api.call("PATCH", `/api/agents/${agent}`, { body: { instructions: ["Be quick"] } });
  const { rows } = await pool().query(`select id from "Run" where "sessionId" = $1 and status = 'running'`, [session]);
  const context = await contextOf(session, rows[0].id);
  expect(context).toMatchObject({ status: "running", is_kept: true, provider_tokens: null, changes: [] });
  expect(partsOf(context)).toEqual(["system", "tools", "past", "new"]);
  expect(itemsOf(context, "system")[0].text).toContain("- Be brief");
  expect(itemsOf(context, "new")).toMatchObject([{ text: "slowly" }]);
  await reader?.cancel();
});

test("a turn of which nothing is kept says so, and one that is not there is not found", async () => {
  const { session, run } = await turn();
  await pool().query(`update "Run" set context = null where id = $1`, [run]);
  const context = await contextOf(session, run);
  expect(context).toMatchObject({ is_kept: false, tokens: null, parts: [], items: [], next_item: null });
  const other = await turn();
  for (const strange of [newId(), other.run, "x"]) {
    const path = `/api/app/sessions/${session}/turns/${strange}/context`;
    expect((await api.call("GET", path)).status).toBe(404);
  }
});

test("long texts are cut and read on, and many messages come in pages", async () => {
  const agent = await made("/api/agents", { name: "Ada" });
  const session = await made("/api/sessions", { agent });
  const long = "0123456789".repeat(25_000);
  const many = Array.from({ length: 250 }, (_, n) => ({ role: "user", content: `message ${n}` }));
  await made(`/api/sessions/${session}/chat`, { messages: many });
  const run = await made(`/api/sessions/${session}/chat`, { messages: [{ role: "user", content: long }] });
  const first = await contextOf(session, run);
  expect([first.items.length, first.next_item]).toEqual([200, 200]);
  const second = await contextOf(session, run, `?first=${first.next_item}`);
  expect([second.items.at(-1).item, second.next_item]).toEqual([252, null]);
  const { item, text, next_at } = second.items.at(-1);
  expect([text.length, next_at]).toEqual([2000, 2000]);
  let whole = text;
  for (let at = next_at; at !== null; ) {
    const [more] = (await contextOf(session, run, `?item=${item}&at=${at}`)).items;
    whole += more.text;
    at = more.next_at;
  }
  expect(whole).toBe(long);
  const { status, body } = await api.call("GET", `/api/app/sessions/${session}/turns/${run}/context?first=-1`);
  expect([status, body.detail[0].loc]).toEqual([422, ["query", "first"]]);
});

test("a fork leaves the context of the turns before it as it was, and has its own", async () => {
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  const ask = async (prompt: string, more: object = {}) => {
    const path = `/api/v1/chat/${session_id}/messages/stream`;
    await api.call("POST", path, { body: { index_ids: [], prompt, ...more } });
    const sql = `select "lastRunId" as id, m.id as question from "Session" s join "Message" m on m."runId" = s."lastRunId"
      where s.id = $1 order by m.position limit 1`;
    return (await pool().query(sql, [session_id])).rows[0];
  };
  const one = await ask("one");
  const two = await ask("two");
  const before = await contextOf(session_id, two.id);
  const { rows } = await pool().query(`select id from "Message" where "runId" = $1 order by position desc limit 1`, [
    one.id,
  ]);
  const fork = await ask("two, said anew", { parent_id: rows[0].id });
  expect(await contextOf(session_id, two.id)).toEqual(before);
  const texts = (await contextOf(session_id, fork.id)).items.map(({ text }: { text: string }) => text);
  expect(texts.filter((text: string) => /^(?:one|two|an answer)/u.test(text))).toEqual([
    "one",
    "an answer",
    "two, said anew",
  ]);
});

test("a session that its first turn makes has that turn's context", async () => {
  const agent = await made("/api/agents", { name: "Ada", instructions: ["Be brief"] });
  const answer = await api.call("POST", `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`, {
    body: { messages: [{ role: "user", content: "hello" }], create_session: true },
  });
  expect(answer.status).toBe(200);
  const { rows } = await pool().query(
    `select r.id, r."sessionId" as session from "Run" r where r."agentId" = $1 and r.stores`,
    [agent],
  );
  const context = await contextOf(rows[0].session, rows[0].id);
  expect(context).toMatchObject({ is_kept: true, changes: [] });
  expect(itemsOf(context, "new")).toMatchObject([{ text: "hello", position: 0 }]);
});

test("what a provider gave for itself is in no context", async () => {
  const { session, run } = await turn();
  const sealed = JSON.stringify([
    { type: "text", text: "an answer" },
    { type: "provider-data", from: "a", fields: { s: "SEALED" } },
  ]);
  await pool().query(`update "Message" set parts = $2 where "runId" = $1 and role = 'assistant'`, [run, sealed]);
  const next = await made(`/api/sessions/${session}/chat`, { messages: [{ role: "user", content: "and now?" }] });
  for (const query of ["", "?raw=1"]) {
    const context = await contextOf(session, next, query);
    expect(itemsOf(context, "past")).toHaveLength(2);
    expect(JSON.stringify(context)).not.toContain("SEALED");
  }
});
