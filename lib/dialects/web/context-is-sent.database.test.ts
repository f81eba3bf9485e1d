import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReadyMessage } from "../../domain/model.ts";
import { encodeRender } from "../julep/encode.ts";
import { type JulepServer, openJulep } from "../julep/fixtures/open-julep.ts";

// What the context view tells of a turn is what the model was sent, for sessions of all kinds. SESSIONS=50 tries so
// many.

const SESSIONS = Number(process.env.SESSIONS ?? 6);

let julep: JulepServer;
let calls = 0;
beforeAll(async () => {
  julep = await openJulep();
  julep.model.onMessage(/^(user: |summary of)/u, { content: "They talked of pears." });
  julep.model.on({ predicate: () => true }, (request) => {
    const asked = JSON.stringify(request.messages.findLast(({ role }) => role === "user")?.content ?? "");
    const isAnswered = request.messages.at(-1)?.role === "tool";
    const names = (request.tools ?? []).map((tool) => tool.function.name);
    if (names.length === 0 || !asked.includes("CALL") || isAnswered) return { content: `An answer ${asked} 👍 ` };
    calls++;
    const called = asked.includes("TWICE") ? names.slice(-2) : names.slice(-1);
    return {
      content: "I look.",
      toolCalls: called.map((name, n) => ({ id: `call_${calls}_${n}`, name, arguments: '{"expression":"12.5 * 8"}' })),
    };
  });
});
afterAll(() => julep.close());

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "harbour",
    "مرحبا harbour",
    "{{ agent.name }}",
    "a\n\nb",
    "  spaced  ",
    "\ud800",
    "pears ".repeat(30),
  ),
);
const word = text.filter((value) => value.trim() !== "");
const description = fc.record({
  agent: fc.record({ name: word, about: text, instructions: fc.array(word, { maxLength: 3 }) }),
  docs: fc.array(word, { maxLength: 3 }),
  users: fc.array(fc.record({ name: fc.constantFrom("Bo", "Ünal", "Цой"), about: text }), { maxLength: 2 }),
  situation: fc.option(word, { nil: null }),
  tools: fc.integer({ min: 0, max: 2 }),
  budget: fc.option(fc.integer({ min: 250, max: 900 }), { nil: null }),
  overflow: fc.constantFrom("truncate", "adaptive"),
  recallTools: fc.boolean(),
  turns: fc.array(fc.oneof(word, fc.constantFrom("CALL", "CALL TWICE")), { minLength: 1, maxLength: 6 }),
});
type Made = typeof description extends fc.Arbitrary<infer Value> ? Value : never;

const plain: Made = {
  agent: { name: "Ada", about: "", instructions: [] },
  docs: [],
  users: [],
  situation: null,
  tools: 0,
  budget: null,
  overflow: "truncate",
  recallTools: true,
  turns: ["harbour"],
};
/** Sessions that are always tried: with docs, with calls, one that drops messages, one that is summarised. */
const certain: readonly Made[] = [
  { ...plain, docs: ["the first", "the second"], users: [{ name: "Bo", about: "a sailor" }] },
  { ...plain, tools: 2, turns: ["CALL TWICE", "and now?", "CALL"] },
  { ...plain, budget: 250, turns: Array.from({ length: 6 }, (_, n) => `turn ${n} ${"pears ".repeat(30)}`) },
  {
    ...plain,
    budget: 300,
    overflow: "adaptive",
    turns: Array.from({ length: 8 }, (_, n) => `${n} ${"pear ".repeat(30)}`),
  },
];

test(`the context of a turn is what the model was sent, in ${SESSIONS} generated sessions`, async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(description, async (made) => {
      const id = await build(made);
      const { turns, recallTools: recall_tools } = made;
      for (const content of turns) {
        julep.model.clearRequests();
        const answer = await julep.call("POST", `/api/sessions/${id}/chat`, {
          body: { messages: [{ role: "user", content }], recall_tools },
        });
        if (answer.body.error?.code === "prompt_too_big") break;
        expect([answer.status, answer.body.error]).toEqual([201, undefined]);
        await expectAsSent(id, answer.body.id, met);
        for (const job of answer.body.jobs) {
          await expect.poll(async () => (await julep.call("GET", `/api/jobs/${job}`)).body.state).toBe("succeeded");
        }
      }
    }),
    { numRuns: SESSIONS, examples: certain.map((made): [Made] => [made]) },
  );
  // The turns were of all kinds.
  expect([...met].toSorted()).toEqual(["docs", "dropped", "new", "past", "summary", "system", "tools"]);
}, 120_000);

test("the context of a turn that ran tools is what the model was sent at its last call", async () => {
  const { session_id } = (await julep.call("POST", "/api/v1/chat", { body: {} })).body;
  for (const prompt of ["CALL TWICE", "and now?", "CALL"]) {
    julep.model.clearRequests();
    await julep.call("POST", `/api/v1/chat/${session_id}/messages/stream`, { body: { index_ids: [], prompt } });
    const { rows } = await julep.server.parley.ports.database.pool.query(
      `select "lastRunId" as id from "Session" where id = $1`,
      [session_id],
    );
    const context = await expectAsSent(session_id, rows[0].id);
    const asked = turnCalls().length;
    expect(context.call_tokens).toHaveLength(asked);
    expect(context.parts.some(({ part }: { part: string }) => part === "steps")).toBe(asked > 1);
    expect(context.tokens).toBe(context.call_tokens.at(-1));
  }
});

/** The calls of the model for turns; a summary that is made behind a turn is another. */
const turnCalls = () => julep.modelCalls().filter(({ body }) => !JSON.stringify(body).includes("Summarise the conv"));

type Item = {
  readonly part: string;
  readonly text: string;
  readonly is_dropped: boolean;
  readonly is_as_sent: boolean;
};

/** Holds a turn's context against the last call that the model has had. Gives it, and notes what was in it. */
async function expectAsSent(sessionId: string, runId: string, met: Set<string> = new Set()) {
  const path = `/api/app/sessions/${sessionId}/turns/${runId}/context?raw=1`;
  const { status, body } = await julep.call("GET", path);
  expect([status, body.is_kept, body.changes]).toEqual([200, true, []]);
  const items: Item[] = body.items;
  expect(items.filter(({ is_as_sent }) => !is_as_sent)).toEqual([]);
  const isMessage = ({ part, is_dropped }: Item) => !is_dropped && part !== "docs" && part !== "tools";
  const messages = items.filter(isMessage).map(({ text }): ReadyMessage => JSON.parse(text));
  const shown = encodeRender(messages, [], [], { messages: [] } as never); // nothing of a body but its messages is looked at
  const sent = turnCalls().at(-1)?.body;
  expect(shown.messages.map(bare)).toEqual(sent.messages.map(bare));
  const tools = items.flatMap(({ part, text }) => (part === "tools" ? [JSON.parse(text)] : []));
  const told = (sent.tools ?? []).map((tool: { function: object }) => tool.function);
  expect(tools.map(({ name, parameters }) => ({ name, parameters }))).toEqual(
    told.map(({ name, parameters }: Record<string, unknown>) => ({ name, parameters })),
  );
  const system = sent.messages.find(({ role }: { role: string }) => role === "system")?.content ?? "";
  for (const { part, text } of items) if (part === "docs") expect(system).toContain(text);
  const sum = body.parts.reduce((total: number, { tokens }: { tokens: number }) => total + tokens, 0);
  expect(sum).toBe(body.tokens);
  for (const { part } of items) met.add(part);
  if (body.dropped > 0) met.add("dropped");
  return body;
}

async function build(made: Made): Promise<string> {
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await julep.call("POST", path, { body });
    expect([path, answer.status, answer.body.error]).toEqual([path, 201, undefined]);
    return answer.body.id;
  };
  const agent = await post("/api/agents", made.agent);
  for (const [n, content] of made.docs.entries()) {
    await post(`/api/agents/${agent}/docs`, { title: `Doc ${n}`, content: `harbour ${content}` });
  }
  for (const name of ["first_tool", "second_tool"].slice(0, made.tools)) {
    const parameters = { type: "object", properties: { z: { type: "string" }, a: { type: "string" } } };
    await post(`/api/agents/${agent}/tools`, { name, type: "function", function: { parameters } });
  }
  const users: string[] = [];
  for (const user of made.users) users.push(await post("/api/users", user));
  return post("/api/sessions", {
    ...{ agent, users, situation: made.situation, recall_options: { mode: "text" } },
    ...{ token_budget: made.budget, context_overflow: made.overflow },
  });
}

/** What of a message both protocols say. */
const bare = ({ role, content, name, tool_call_id, tool_calls }: Record<string, unknown>) => ({
  ...{ role, content, name: name ?? null, tool_call_id: tool_call_id ?? null },
  tool_calls: (Array.isArray(tool_calls) ? tool_calls : []).map(({ id, function: called }) => ({ id, called })),
});
