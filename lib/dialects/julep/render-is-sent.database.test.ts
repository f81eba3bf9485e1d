import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

// What render shows is what the model gets, for sessions of all kinds. SESSIONS=50 tries so many; fewer else.

const SESSIONS = Number(process.env.SESSIONS ?? 25);

let julep: JulepServer;
let calls = 0;
beforeAll(async () => {
  julep = await openJulep();
  julep.model.on({ predicate: () => true }, (request) => {
    const asked = JSON.stringify(request.messages.at(-1)?.content ?? "");
    if (!request.tools?.length || !asked.includes("CALL") || request.messages.at(-1)?.role === "tool") {
      return { content: `An answer — ${asked.slice(0, 40)} 👍` };
    }
    calls++;
    const names = asked.includes("TWICE") ? ["first_tool", "second_tool"] : ["first_tool"];
    return {
      toolCalls: names.map((name, n) => ({ id: `call_${calls}_${n}`, name, arguments: JSON.stringify({ asked, n }) })),
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
    "{% raw %}",
    "a\n\nb",
    "  spaced  ",
    "\ud800",
    "a\u0000b",
  ),
);
const word = text.filter((value) => value.trim() !== "");
const part = fc.oneof(
  text.map((value) => ({ type: "text", text: value })),
  fc.constant({ type: "image_url", image_url: { url: "https://example.org/a.png", detail: "low" } }),
);
const content = fc.oneof(
  text,
  fc.array(part, { minLength: 1, maxLength: 3 }),
  fc.array(text, { minLength: 1, maxLength: 2 }),
);
const turn = fc.record({
  content: fc.oneof(content, fc.constantFrom("CALL", "CALL TWICE")),
  name: fc.option(fc.constantFrom("bo", "cy"), { nil: undefined }),
  answersCalls: fc.boolean(),
});
const toolNames = ["first_tool", "second_tool"];
const description = fc.record({
  agent: fc.record({ name: word, about: text, instructions: fc.array(word, { maxLength: 3 }) }),
  docs: fc.array(word, { maxLength: 3 }),
  users: fc.array(fc.record({ name: fc.constantFrom("Bo", "Ünal", "Цой"), about: text }), { maxLength: 2 }),
  situation: fc.option(word, { nil: null }),
  hasTools: fc.boolean(),
  budget: fc.option(fc.integer({ min: 100, max: 900 }), { nil: null }),
  recall: fc.record({ mode: fc.constantFrom("text", "vector"), limit: fc.integer({ min: 1, max: 3 }) }),
  recallTools: fc.boolean(),
  turns: fc.array(turn, { maxLength: 4 }),
  last: fc.record({
    content,
    system: fc.option(fc.constantFrom("Now {{ agent.name }} may joke.", "Be brief"), { nil: null }),
  }),
});
type Made = typeof description extends fc.Arbitrary<infer Value> ? Value : never;

/** Sessions that are always tried: one that finds docs, one whose model calls tools. */
const certain: readonly Made[] = [
  {
    agent: { name: "Ada", about: "", instructions: [] },
    docs: ["the first", "the second"],
    users: [],
    situation: null,
    hasTools: false,
    budget: null,
    recall: { mode: "text", limit: 2 },
    recallTools: true,
    turns: [],
    last: { content: "harbour", system: null },
  },
  {
    agent: { name: "Ada", about: "", instructions: [] },
    docs: [],
    users: [],
    situation: null,
    hasTools: true,
    budget: null,
    recall: { mode: "text", limit: 1 },
    recallTools: true,
    turns: [
      { content: "CALL TWICE", name: undefined, answersCalls: false },
      { content: "and now?", name: undefined, answersCalls: true },
    ],
    last: { content: "and then?", system: null },
  },
];

test(`the model gets exactly what render shows, in ${SESSIONS} generated sessions`, async () => {
  let withDocs = 0;
  let withTools = 0;
  await fc.assert(
    fc.asyncProperty(description, async (made) => {
      const id = await build(made);
      const tools = made.hasTools ? toolNames.map((name) => ({ name, type: "function", function: {} })) : [];
      let open: string[] = [];
      for (const { content, name, answersCalls } of made.turns) {
        if (open.length > 0 && answersCalls) {
          const messages = open.map((tool_call_id) => ({ role: "tool", tool_call_id, content: "It rains 🌧" }));
          open = await say(id, { messages, tools });
        }
        open = await say(id, { messages: [{ role: "user", content, name }], tools });
      }
      const { last } = made;
      const body = {
        messages: [
          ...(last.system === null ? [] : [{ role: "system", content: last.system }]),
          { role: "user", content: last.content },
        ],
        tools,
        recall_tools: made.recallTools,
      };
      const shown = await julep.call("POST", `/api/sessions/${id}/render`, { body });
      julep.model.clearRequests();
      const answer = await julep.call("POST", `/api/sessions/${id}/chat`, { body });
      if (made.budget !== null && shown.status === 400) {
        // An image alone is over a small budget: both say so alike.
        expect([answer.status, answer.body]).toEqual([400, shown.body]);
        expect(shown.body.error.code).toBe("prompt_too_big");
        return;
      }
      expect([shown.status, answer.status]).toEqual([200, 201]);
      const sent = julep.modelCalls()[0]?.body;
      expect(sent.messages.map(bare)).toEqual(shown.body.messages.map(bare));
      expect((sent.tools ?? []).map((tool: { function: { name: string } }) => tool.function.name)).toEqual(
        shown.body.tools.map((tool: { name: string }) => tool.name),
      );
      expect(answer.body.docs).toEqual(shown.body.docs);
      if (shown.body.docs.length > 0) withDocs++;
      if (sent.messages.some((message: { role: string }) => message.role === "tool")) withTools++;
    }),
    { numRuns: SESSIONS, examples: certain.map((made): [Made] => [made]) },
  );
  // The sessions were of all kinds.
  expect([withDocs > 0, withTools > 0]).toEqual([true, true]);
}, 120_000);

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
  const users: string[] = [];
  for (const user of made.users) users.push(await post("/api/users", user));
  return post("/api/sessions", {
    agent,
    users,
    situation: made.situation,
    token_budget: made.budget,
    context_overflow: made.budget === null ? null : "truncate",
    recall_options: made.recall,
  });
}

/** Says something, and gives the ids of the calls that wait for an answer. */
async function say(id: string, body: object): Promise<string[]> {
  const answer = await julep.call("POST", `/api/sessions/${id}/chat`, { body });
  if (answer.body.error?.code === "prompt_too_big") return [];
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return (answer.body.choices[0].tool_calls ?? []).map((call: { id: string }) => call.id);
}

/** What of a message both protocols say. */
const bare = ({ role, content, name, tool_call_id, tool_calls }: Record<string, unknown>) => ({
  role,
  content,
  name: name ?? null,
  tool_call_id: tool_call_id ?? null,
  tool_calls: (Array.isArray(tool_calls) ? tool_calls : []).map(({ id, function: called }) => ({ id, called })),
});
