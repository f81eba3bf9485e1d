import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import {
  calling,
  DEMANDS,
  type Demand,
  DONE,
  delta,
  frame,
  openStrictModel,
  type Reply,
  type Seen,
  type StrictModel,
  saying,
} from "../testing/strict-model.ts";

// What servers of models do, by the numbers of the cases, as the callers of each dialect see it.

let api: Api;
let server: StrictModel;
beforeAll(async () => {
  server = await openStrictModel();
  api = await openApi({ OPENAI_BASE_URL: server.url, OPENAI_MODEL: "default", TOKENS_PER_DAY: "100000" });
});
afterAll(async () => {
  await api.close();
  await server.close();
  delete process.env.TOKENS_PER_DAY;
});

type Told = {
  readonly status: number;
  readonly text: string;
  readonly finish: string | null;
  readonly error: string | null;
};
type Dialect = "julep" | "assistants" | "bots" | "llamacloud";
const DIALECTS: readonly Dialect[] = ["julep", "assistants", "bots", "llamacloud"];

let count = 0;
/** An agent whose model answers so, and where its model notes what it was asked. */
async function agentOf(replies: readonly Reply[], demands: readonly Demand[] = [], name = `model-${count++}`) {
  const seen = server.model(name, replies, demands);
  const agent = await api.call("POST", "/api/agents", { body: { name: "Ada", model: name } });
  expect(agent.status).toBe(201);
  return { id: agent.body.id as string, seen, name };
}

/** One question through a dialect, answered whole. */
async function ask(dialect: Dialect, agentId: string, text = "17 * 23?", more: object = {}): Promise<Told> {
  if (dialect === "julep") {
    const { id } = (await api.call("POST", "/api/sessions", { body: { agent: agentId } })).body;
    return askJulep(id, { messages: [{ role: "user", content: text }], ...more });
  }
  if (dialect === "assistants") {
    const path = `/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`;
    const { status, body } = await api.call("POST", path, {
      body: { messages: [{ role: "user", content: text }], ...more },
    });
    const [choice] = body.choices ?? [];
    return {
      status,
      text: choice?.message.content ?? "",
      finish: choice?.finish_reason ?? null,
      error: body.error?.message ?? null,
    };
  }
  if (dialect === "bots") {
    const { status, body } = await api.call("POST", "/v1/chat", {
      body: { bot_uid: agentId, prompt: text, stream: false, ...more },
    });
    return { status, text: body.content ?? "", finish: null, error: body.detail ?? null };
  }
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  return askCloud(session_id, agentId, text);
}

async function askJulep(sessionId: string, request: object): Promise<Told> {
  const { status, body } = await api.call("POST", `/api/sessions/${sessionId}/chat`, { body: request });
  const [choice] = body.choices ?? [];
  return {
    status,
    text: choice?.message.content ?? "",
    finish: choice?.finish_reason ?? null,
    error: body.error?.message ?? null,
  };
}

async function askCloud(sessionId: string, agentId: string, prompt: string): Promise<Told> {
  await api.call("POST", `/api/v1/chat/${sessionId}/messages/stream`, {
    body: { index_ids: [], prompt, agent_id: agentId },
  });
  const { status, body } = await api.call("GET", `/api/v1/chat/${sessionId}`);
  const last = body.events.findLastIndex(({ type }: Seen) => type === "user_input");
  const events: Seen[] = body.events.slice(last);
  const stop = events.at(-1);
  return {
    status,
    text: events.map(({ type, content }) => (type === "text" ? content : "")).join(""),
    finish: null,
    error: stop.is_error ? stop.error : null,
  };
}

/** What the latest runs are stored to have failed of. */
async function lastErrors(count: number): Promise<string[]> {
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(`select error from "Run" order by "createdAt" desc, id desc limit $1`, [count]);
  return rows.map(({ error }) => error.message);
}

const inAll = (agentId: string) =>
  Promise.all(DIALECTS.map(async (dialect) => ({ dialect, ...(await ask(dialect, agentId)) })));

const FAILED: Readonly<Record<Dialect, number>> = { julep: 502, assistants: 502, bots: 502, llamacloud: 200 };

const FAILURES: readonly (readonly [string, Reply, string])[] = [
  [
    "1: an error of vLLM",
    [frame({ object: "error", message: "CUDA out of memory", code: 500 }), DONE],
    "CUDA out of memory",
  ],
  ["2: an event", ['event: error\ndata: {"detail":"Upstream overloaded"}\n\n'], "Upstream overloaded"],
  [
    "2: an error in the choice",
    [frame({ choices: [{ index: 0, delta: {}, error: { message: "Upstream gone" }, finish_reason: "error" }] }), DONE],
    "Upstream gone",
  ],
  [
    "2: a reason that is none",
    [delta({ content: "Half" }), delta({}, "insufficient_system_resource"), DONE],
    "insufficient_system_resource",
  ],
  [
    "3: a body",
    (_, response) =>
      void response.writeHead(200, { "content-type": "application/json" }).end('{"error":{"message":"Model is gone"}}'),
    "Model is gone",
  ],
  ["no text, no call, no reason", [DONE], "before it was complete"],
];

test.each(FAILURES)("%s ends the turn with the server's words in every dialect", async (_, reply, words) => {
  const { id } = await agentOf([reply]);
  for (const { dialect, status, error } of await inAll(id)) {
    // Two of the contracts have words of their own for any failure of a model.
    const isFixed = dialect === "assistants" || dialect === "bots";
    const told = isFixed ? "Model backend failed" : expect.stringContaining(words);
    expect([dialect, status, error]).toEqual([dialect, FAILED[dialect], told]);
  }
  for (const error of await lastErrors(DIALECTS.length)) expect(error).toContain(words);
});

test("1: half an answer is stored as whole by no session that is made for it", async () => {
  const { id } = await agentOf([
    [delta({ content: "Half" }), frame({ object: "error", message: "CUDA out of memory" }), DONE],
  ]);
  const { pool } = api.server.parley.ports.database;
  const sessions = async () => (await pool.query(`select count(*)::int as n from "Session"`)).rows[0].n;
  const before = await sessions();
  expect((await ask("assistants", id, "Hi", { create_session: true })).status).toBe(502);
  expect((await lastErrors(1))[0]).toContain("CUDA out of memory");
  expect(await sessions()).toBe(before);
});

const thinking = { type: "thinking", thinking: [{ type: "text", text: "1." }] };
const ANSWERS: readonly (readonly [string, Reply])[] = [
  [
    "4: content in parts",
    [delta({ content: [thinking, { type: "text", text: "3" }] }), delta({ content: "91" }), delta({}, "stop"), DONE],
  ],
  [
    "5: the thoughts that have text",
    [delta({ reasoning_content: "", reasoning: "1." }), delta({ content: "391" }), delta({}, "stop"), DONE],
  ],
  ["7: tags", [..."<think>1.</think>\n\n391"].map((content) => delta({ content })).concat(delta({}, "stop"), DONE)],
  [
    "9: a socket that stays open",
    (_, response) =>
      void response.write(`${delta({ reasoning: "1." })}${delta({ content: "391" })}${delta({}, "stop")}`),
  ],
  [
    "one JSON completion",
    (_, response) =>
      void response.end(
        JSON.stringify({ choices: [{ message: { reasoning: "1.", content: "391" }, finish_reason: "stop" }] }),
      ),
  ],
];

test.each(ANSWERS)("%s: the answer is 391 in every dialect, and its thoughts are thoughts", async (_, reply) => {
  const { id } = await agentOf([reply]);
  for (const { dialect, text, error } of await inAll(id)) {
    expect([dialect, text, error]).toEqual([dialect, "391", null]);
  }
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  await askCloud(session_id, id, "17 * 23?");
  const { events } = (await api.call("GET", `/api/v1/chat/${session_id}`)).body;
  expect(events.find(({ type }: Seen) => type === "thinking")).toMatchObject({ content: "1." });
});

test("6: a refusal is the answer, with content_filter where a dialect has reasons", async () => {
  const { id } = await agentOf([[delta({ content: null, refusal: "I cannot help." }), delta({}, "stop"), DONE]]);
  for (const dialect of DIALECTS) {
    const { text, finish } = await ask(dialect, id);
    expect([dialect, text]).toEqual([dialect, "I cannot help."]);
    if (dialect === "julep" || dialect === "assistants") expect(finish).toBe("content_filter");
  }
});

test.each([
  ["MAX_TOKENS", "length"],
  ["model_length", "length"],
  ["SAFETY", "content_filter"],
])("8: %s is %s", async (given, reason) => {
  const { id } = await agentOf([[delta({ content: "391" }), delta({}, given), DONE]]);
  for (const dialect of ["julep", "assistants"] as const) expect((await ask(dialect, id)).finish).toBe(reason);
});

test("8: a reason that nobody knows is kept with the answer", async () => {
  const { id } = await agentOf([[delta({ content: "391" }), delta({}, "vibes"), DONE]]);
  await ask("julep", id);
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(
    `select parts from "Message" where parts::jsonb @> '[{"type":"notice"}]' order by "createdAt" desc limit 1`,
  );
  expect(rows[0].parts).toEqual([
    { type: "text", text: "391" },
    { type: "notice", text: expect.stringContaining("vibes") },
  ]);
});

test("10: usage that makes no sense is estimated", async () => {
  const usage = { prompt_tokens: -5, completion_tokens: 1.7e300 };
  const { id } = await agentOf([[delta({ content: "391" }), delta({}, "stop"), frame({ choices: [], usage }), DONE]]);
  await ask("julep", id);
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(`select usage from "Run" order by "createdAt" desc, id desc limit 1`);
  expect(rows[0].usage).toMatchObject({ isEstimated: true, inputTokens: expect.any(Number), outputTokens: 1 });
  expect(rows[0].usage.inputTokens).toBeGreaterThan(0);
});

test.each([
  ["negative", { prompt_tokens: -500_000, completion_tokens: -500_000 }],
  ["a fraction", { prompt_tokens: 12.5, completion_tokens: 20_000.25 }],
  ["zero", { prompt_tokens: 0, completion_tokens: 0 }],
])("10: the day's budget holds against usage that is %s", async (_, usage) => {
  const { key } = await api.server.makeAccount();
  const name = `budget-${count++}`;
  server.model(name, [
    [delta({ content: "x".repeat(80_000) }), delta({}, "stop"), frame({ choices: [], usage }), DONE],
  ]);
  const statuses: number[] = [];
  for (let n = 0; n < 8; n++) {
    const { session_id } = (await api.call("POST", "/api/v1/chat", { key, body: {} })).body;
    const body = { index_ids: [], prompt: "Write much", model: name };
    statuses.push((await api.call("POST", `/api/v1/chat/${session_id}/messages/stream`, { key, body })).status);
  }
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(429);
});

test("11: three calls of number 0 are three", async () => {
  const wire = [1, 2, 3].map((n) =>
    delta({
      tool_calls: [{ index: 0, id: "", function: { name: "calculator", arguments: `{"expression":"${n}+${n}"}` } }],
    }),
  );
  const { id } = await agentOf([[...wire, delta({}, "tool_calls"), DONE], saying("Done.")]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  expect((await askCloud(session_id, id, "Add")).text).toBe("Done.");
  const { events } = (await api.call("GET", `/api/v1/chat/${session_id}`)).body;
  expect(events.filter(({ type }: Seen) => type === "tool_result").map(({ result }: Seen) => result.value)).toEqual([
    2, 4, 6,
  ]);
});

const WEATHER = { type: "function", name: "weather", function: { parameters: { type: "object" } } };
const BIG = '{"id":2512292042121000001}';

test("13: integers in arguments reach the caller, the model and the reader as they were written", async () => {
  const { id, seen } = await agentOf([calling("call_big", "weather", BIG), saying("Done.")]);
  const session = (await api.call("POST", "/api/sessions", { body: { agent: id } })).body.id;
  const chat = { messages: [{ role: "user", content: "Hi" }], tools: [WEATHER] };
  const { body } = await api.call("POST", `/api/sessions/${session}/chat`, { body: chat });
  expect(body.choices[0].tool_calls[0].function.arguments).toBe(BIG);
  const result = { role: "tool", tool_call_id: "call_big", content: "fine" };
  expect((await askJulep(session, { messages: [result], tools: [WEATHER] })).text).toBe("Done.");
  expect(seen[1].messages.find(({ role }: Seen) => role === "assistant").tool_calls[0].function.arguments).toBe(BIG);
  const response = await api.send("GET", `/api/v1/chat/${session}`);
  expect(await response.text()).toContain(`"arguments":${BIG}`);
});

test("13: integers in metadata come back as they were written, and are found", async () => {
  const { id } = await agentOf([saying("Hi")]);
  const metadata = '{"order":2512292042121000001,"deep":[{"n":-9007199254740993}],"plain":7}';
  const made = await api.send("POST", "/api/sessions", { body: `{"agent":"${id}","metadata":${metadata}}` });
  const text = await made.text();
  expect(text).toContain('"order":2512292042121000001');
  const read = await (await api.send("GET", `/api/sessions/${JSON.parse(text).id}`)).text();
  for (const part of ['"order":2512292042121000001', '"n":-9007199254740993', '"plain":7'])
    expect(read).toContain(part);
  await api.send("PATCH", `/api/sessions/${JSON.parse(text).id}`, { body: '{"metadata":{"more":9007199254740995}}' });
  const patched = await (await api.send("GET", `/api/sessions/${JSON.parse(text).id}`)).text();
  for (const part of ['"order":2512292042121000001', '"more":9007199254740995']) expect(patched).toContain(part);
  const found = await api.call("GET", "/api/sessions?metadata_filter.order=2512292042121000001");
  expect(found.body.items.map((item: Seen) => item.id)).toEqual([JSON.parse(text).id]);
});

test("14: calls under ids of ours go to a server that wants nine letters", async () => {
  const { id } = await agentOf([calling("", "calculator", '{"expression":"1+1"}'), saying("2")], [DEMANDS.shortIds]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  for (const question of ["One and one?", "Again?"])
    expect((await askCloud(session_id, id, question)).error).toBeNull();
});

const signed: Demand = ({ messages }) =>
  messages
    .flatMap(({ tool_calls = [] }: Seen) => tool_calls)
    .every((call: Seen) => call.extra_content?.google?.thought_signature === "c2lnbmVk")
    ? null
    : [
        400,
        [
          {
            error: {
              code: 400,
              message: "Function call is missing a thought_signature in functionCall parts.",
              status: "INVALID_ARGUMENT",
            },
          },
        ],
      ];

test("15: a signature comes back with its call, within the turn, in later turns and from the rows", async () => {
  const extra = { extra_content: { google: { thought_signature: "c2lnbmVk" } } };
  const { id, seen } = await agentOf(
    [calling("a", "calculator", '{"expression":"1+1"}', extra), saying("2")],
    [signed],
    "gemini-3-pro",
  );
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  for (const question of ["One and one?", "Again?", "Sure?"]) {
    expect(await askCloud(session_id, id, question)).toMatchObject({ text: "2", error: null });
  }
  expect(seen).toHaveLength(4);
  // Nobody else is told of it: no dialect, and no model of another family.
  const shown = await Promise.all(
    [`/api/v1/chat/${session_id}?event_ids=1`, `/api/sessions/${session_id}/history`].map(async (path) =>
      (await api.send("GET", path)).text(),
    ),
  );
  for (const text of shown) expect(text).not.toContain("c2lnbmVk");
  const other = await agentOf([saying("Yes")], [], "claude-x");
  expect((await askCloud(session_id, other.id, "And you?")).text).toBe("Yes");
  expect(JSON.stringify(other.seen)).not.toContain("c2lnbmVk");
});

const thoughtful: Demand = ({ messages }) =>
  messages.every(
    ({ role, tool_calls, reasoning_content }: Seen) =>
      role !== "assistant" || !tool_calls || reasoning_content === "I should add.",
  )
    ? null
    : [400, { error: { message: "Missing `reasoning_content` field in the assistant message at message index 1." } }];

test("16: the thoughts of a step with calls come back with it", async () => {
  const step = [
    delta({ reasoning_content: "I should " }),
    delta({ reasoning_content: "add." }),
    ...calling("a", "calculator", '{"expression":"1+1"}'),
  ];
  const { id } = await agentOf([step, saying("2")], [thoughtful], "deepseek-reasoner");
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  for (const question of ["One and one?", "Again?"]) {
    expect(await askCloud(session_id, id, question)).toMatchObject({ text: "2", error: null });
  }
});

test("17: arguments that broke off are an empty object to the server, and the result says what was wrong", async () => {
  const { id, seen } = await agentOf([calling("a", "calculator", '{"expression":"1'), saying("Sorry.")]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  expect((await askCloud(session_id, id, "One and one?")).text).toBe("Sorry.");
  const [, , { tool_calls }, result] = [null, ...seen[1].messages.filter(({ role }: Seen) => role !== "system")];
  expect(tool_calls[0].function.arguments).toBe("{}");
  expect(result.content).toContain('The arguments are not a JSON object: {\\"expression\\":\\"1');
});

test("18: behind a turn that failed the next one still has its turn", async () => {
  const failing: Reply = (_, response) => void response.writeHead(400).end('{"error":{"message":"no"}}');
  const { id } = await agentOf([failing, saying("Yes.")], [DEMANDS.alternating]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  expect((await askCloud(session_id, id, "First")).error).toContain("no");
  expect(await askCloud(session_id, id, "Second")).toMatchObject({ text: "Yes.", error: null });
});

test("19: a system message of a bot's caller joins the bot's own", async () => {
  const { seen, name } = await agentOf([saying("Yes.")], [DEMANDS.oneSystem]);
  const bot = await api.call("POST", "/v1/bots", { body: { name: "Bo", model: name, instructions: "Be brief." } });
  const messages = [
    { role: "system", content: "Speak French." },
    { role: "user", content: "Hi" },
  ];
  const { status, body } = await api.call("POST", "/v1/chat", {
    body: { bot_uid: bot.body.uid ?? bot.body.bot_uid, messages, stream: false },
  });
  expect([status, body.content]).toEqual([200, "Yes."]);
  expect(seen.at(-1).messages.map(({ role }: Seen) => role)).toEqual(["system", "user"]);
  expect(seen.at(-1).messages[0].content).toContain("Speak French.");
});

test("19: a system message in the middle of a Julep session", async () => {
  const { id } = await agentOf([saying("Yes.")], [DEMANDS.oneSystem]);
  const messages = [
    { role: "user", content: "Hi" },
    { role: "system", content: "Be brief" },
    { role: "user", content: "Go" },
  ];
  expect(await ask("julep", id, "", { messages })).toMatchObject({ status: 201, text: "Yes." });
});

test("20: a session that has outgrown its model goes on", async () => {
  const { id, seen } = await agentOf([saying(`Well. ${"x".repeat(400)}`)], [DEMANDS.smallContext]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  for (let n = 0; n < 8; n++)
    expect((await askCloud(session_id, id, `Question ${n} ${"y".repeat(200)}`)).error).toBeNull();
  expect(seen.length).toBeGreaterThan(8);
});

test("21: a model without tools answers in the browser's dialect, and the answer's details say so", async () => {
  const { id, seen } = await agentOf([saying("Hi.")], [DEMANDS.noTools]);
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  for (const question of ["Hi", "Again"])
    expect(await askCloud(session_id, id, question)).toMatchObject({ text: "Hi.", error: null });
  expect(seen).toHaveLength(3);
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(
    `select parts from "Message" where "sessionId" = $1 and role = 'assistant' order by position`,
    [session_id],
  );
  for (const { parts } of rows)
    expect(parts[1]).toEqual({
      type: "notice",
      text: "The model server takes no tools, and was asked without the built-in ones.",
    });
});

test("22: what is refused is left out once, and the turn does not fail", async () => {
  const demands = [DEMANDS.noStreamOptions, DEMANDS.plainTemperature, DEMANDS.completionTokens];
  const { id, seen } = await agentOf([saying("391")], demands);
  for (const dialect of DIALECTS) expect(await ask(dialect, id)).toMatchObject({ text: "391", error: null });
  const tries = seen.length;
  expect(tries).toBeLessThanOrEqual(DIALECTS.length + demands.length);
  const { text } = await ask("assistants", id, "Hi", { max_tokens: 9 });
  expect([text, seen.at(-1).max_completion_tokens]).toEqual(["391", 9]);
});

test("23: two text parts of a Julep message are one text to a server that takes nothing else", async () => {
  const { id, seen } = await agentOf([saying("Yes.")], [DEMANDS.textContent]);
  const content = [
    { type: "text", text: "One" },
    { type: "text", text: "two" },
  ];
  expect(await ask("julep", id, "", { messages: [{ role: "user", content }] })).toMatchObject({
    status: 201,
    text: "Yes.",
  });
  expect(seen.at(-1).messages.at(-1).content).toBe("One\ntwo");
});
