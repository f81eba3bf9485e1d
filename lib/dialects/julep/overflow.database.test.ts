import { afterAll, beforeAll, expect, test } from "vitest";
import { type JulepServer, openJulep } from "./fixtures/open-julep.ts";

let julep: JulepServer;
let summaryFails = false;
/** What the model answers for a summary. */
let summary: { content: string; finishReason?: string } = { content: "They counted pears." };
beforeAll(async () => {
  julep = await openJulep();
  julep.model.onMessage(/^(user: |summary of)/, () =>
    summaryFails ? { error: { message: "no", type: "invalid_request_error" }, status: 400 } : summary,
  );
  julep.model.onMessage(/use/, { toolCalls: [{ id: "call_w", name: "weather", arguments: "{}" }] });
  julep.model.onMessage(/.*/s, { content: "Noted." });
});
afterAll(() => julep.close());

const say = (content: string) => ({ messages: [{ role: "user", content }] });
const chat = (id: string, body: object) => julep.call("POST", `/api/sessions/${id}/chat`, { body });
const render = (id: string, body: object) => julep.call("POST", `/api/sessions/${id}/render`, { body });
const history = async (id: string, query = "") => (await julep.call("GET", `/api/sessions/${id}/history${query}`)).body;
/** About 25 tokens. */
const turn = (n: number) => `turn ${n} ${"pears ".repeat(14)}`;

async function sessionOf(more: object): Promise<string> {
  const { id } = await julep.session({}, more);
  return id;
}

test("65. truncate shows system and the newest messages, and the history keeps everything", async () => {
  const id = await sessionOf({ token_budget: 200, context_overflow: "truncate" });
  for (let n = 0; n < 12; n++) expect((await chat(id, say(turn(n)))).status).toBe(201);
  const { body } = await render(id, say("and now?"));
  const texts: string[] = body.messages.map((message: { content: string }) => message.content);
  expect(texts[0]).toBe("You are Ada.\n");
  expect(texts.at(-1)).toBe("and now?");
  expect(texts.length).toBeLessThan(15);
  expect(texts.slice(1, -1).join()).toContain("turn 11");
  expect(texts.join()).not.toContain("turn 0 ");
  expect((await history(id)).entries).toHaveLength(24);
});

test("65. a long conversation shows the same window as its end alone would, system messages kept", async () => {
  const id = await sessionOf({ token_budget: 300, context_overflow: "truncate" });
  await chat(id, {
    messages: [
      { role: "system", content: "Count in dozens." },
      { role: "user", content: "hi" },
    ],
  });
  for (let n = 0; n < 150; n++) await chat(id, say(`turn ${n}`));
  const texts: string[] = (await render(id, say("now"))).body.messages.map(
    (message: { content: string }) => message.content,
  );
  expect(texts.slice(0, 2)).toEqual(["You are Ada.\n", "Count in dozens."]);
  const turns = texts.filter((text) => text.startsWith("turn ")).map((text) => Number(text.slice(5)));
  expect(turns).toEqual(Array.from({ length: turns.length }, (_, n) => 150 - turns.length + n));
  expect(turns.length).toBeGreaterThan(10);
});

test("65. an assistant's calls and their results go together", async () => {
  const tools = [{ name: "weather", type: "function", function: {} }];
  const id = await sessionOf({ token_budget: 150, context_overflow: "truncate" });
  for (let n = 0; n < 8; n++) {
    await chat(id, { ...say(`use it ${n}`), tools });
    await chat(id, { messages: [{ role: "tool", tool_call_id: "call_w", content: turn(n) }], tools });
    const { body } = await render(id, { ...say("next"), tools });
    const open = new Set<string>();
    for (const message of body.messages) {
      for (const call of message.tool_calls ?? []) open.add(call.id);
      if (message.role === "tool") expect(open.delete(message.tool_call_id)).toBe(true);
    }
    expect([...open]).toEqual([]);
  }
});

test("66. a new message over the budget is refused in words, nothing is stored", async () => {
  for (const context_overflow of ["truncate", "adaptive", null]) {
    const id = await sessionOf({ token_budget: 50, context_overflow });
    const { status, body } = await chat(id, say(turn(1).repeat(5)));
    expect([status, body.error.code]).toEqual([400, "prompt_too_big"]);
    expect((await history(id)).entries).toEqual([]);
  }
});

test("66. without a rule for overflow a prompt over the budget is refused, not a failure of ours", async () => {
  const id = await sessionOf({ token_budget: 120 });
  const answers: number[] = [];
  for (let n = 0; n < 6; n++) answers.push((await chat(id, say(turn(n)))).status);
  expect(answers.slice(0, 2)).toEqual([201, 201]);
  expect(answers.at(-1)).toBe(400);
});

test("67. adaptive summarises the oldest turns in a job; prompts hold the summary, the history everything", async () => {
  const id = await sessionOf({ token_budget: 300, context_overflow: "adaptive" });
  let jobs: string[] = [];
  let turns = 0;
  while (jobs.length === 0 && turns < 30) {
    const { status, body } = await chat(id, say(turn(turns++)));
    expect(status).toBe(201);
    jobs = body.jobs;
  }
  const job = async () => (await julep.call("GET", `/api/jobs/${jobs[0]}`)).body;
  await expect.poll(async () => (await job()).state).toBe("succeeded");
  expect(await job()).toEqual({
    id: jobs[0],
    created_at: expect.any(String),
    updated_at: expect.any(String),
    name: "summarise",
    reason: expect.stringMatching(/^\d+ messages are summarised$/),
    has_progress: false,
    progress: 100,
    state: "succeeded",
  });
  const texts: string[] = (await render(id, say("now"))).body.messages.map(
    (message: { content: string }) => message.content,
  );
  expect(texts[1]).toBe("Summary of the conversation so far:\nThey counted pears.");
  expect(texts.join()).not.toContain("turn 0 ");
  expect((await julep.client.sessions.get(id)).summary).toBe("They counted pears.");

  const { entries, relations } = await history(id, "?source=api_request&source=api_response&source=summarizer");
  expect(entries.filter((entry: { source: string }) => entry.source !== "summarizer")).toHaveLength(turns * 2);
  const summary = entries.find((entry: { source: string }) => entry.source === "summarizer");
  expect(summary).toMatchObject({ role: "system", content: [{ type: "text", text: "They counted pears." }] });
  expect(relations[0]).toEqual({ head: entries[0].id, relation: "summary_of", tail: summary.id });
  expect((await history(id)).entries).toHaveLength(turns * 2);

  // It goes on: the next summary stands for the first one too.
  for (let n = 0; n < 30; n++) {
    const { body } = await chat(id, say(turn(100 + n)));
    if (body.jobs.length === 0) continue;
    await expect.poll(async () => (await julep.call("GET", `/api/jobs/${body.jobs[0]}`)).body.state).toBe("succeeded");
    expect((await history(id)).relations.length).toBeGreaterThan(relations.length);
    return;
  }
  throw new Error("No second job was started");
});

test("67. a summary that fails is a failed job, and the conversation goes on", async () => {
  summaryFails = true;
  const id = await sessionOf({ token_budget: 200, context_overflow: "adaptive" });
  let jobs: string[] = [];
  for (let n = 0; n < 20 && jobs.length === 0; n++) jobs = (await chat(id, say(turn(n)))).body.jobs;
  await expect.poll(async () => (await julep.call("GET", `/api/jobs/${jobs[0]}`)).body.state).toBe("failed");
  expect((await chat(id, say("still there?"))).status).toBe(201);
  summaryFails = false;
});

test.each<[string, { content: string; finishReason?: string }, RegExp]>([
  ["is empty", { content: "" }, /it says nothing/],
  ["is nothing but thoughts", { content: "<think>They counted pears.</think>" }, /it says nothing/],
  ["is cut off", { content: "They counted pe", finishReason: "length" }, /longer than it may be/],
  ["is filtered", { content: "They", finishReason: "content_filter" }, /a filter cut it off/],
  ["is longer than the turns", { content: "They counted pears and more. ".repeat(60) }, /longer than what it would/],
])("C7: a summary that %s is a failed job, and the conversation stays as it is", async (_, answer, reason) => {
  summary = answer;
  const id = await sessionOf({ token_budget: 300, context_overflow: "adaptive" });
  let jobs: string[] = [];
  for (let n = 0; n < 20 && jobs.length === 0; n++) jobs = (await chat(id, say(turn(n)))).body.jobs;
  const job = async () => (await julep.call("GET", `/api/jobs/${jobs[0]}`)).body;
  await expect.poll(async () => (await job()).state).toBe("failed");
  expect((await job()).reason).toMatch(reason);
  expect((await history(id, "?source=summarizer")).relations).toEqual([]);
  expect((await julep.client.sessions.get(id)).summary).toBeNull();
  summary = { content: "They counted pears." };
});

test("C7: a summary that somebody asks for is an error where the model gives none, and the old one stays", async () => {
  const id = await sessionOf({});
  await chat(id, say(turn(1)));
  const ask = () => julep.call("POST", `/api/app/sessions/${id}/summary`);
  expect((await ask()).status).toBe(200);
  for (const answer of [{ content: " \n" }, { content: "They", finishReason: "length" }]) {
    summary = answer;
    const { status, body } = await ask();
    expect([status, JSON.stringify(body)]).toEqual([502, expect.stringContaining("gave no answer that can be used")]);
  }
  summary = { content: "They counted pears." };
  expect((await julep.client.sessions.get(id)).summary).toBe("They counted pears.");
});

test("C8: a chat whose job cannot be entered answers all the same, and starts no job", async () => {
  const { pool } = julep.server.parley.ports.database;
  const id = await sessionOf({ token_budget: 300, context_overflow: "adaptive" });
  await pool.query(`alter table "Job" rename to "JobAway"`);
  try {
    for (let n = 0; n < 12; n++) {
      const { status, body } = await chat(id, say(turn(n)));
      expect([status, body.jobs]).toEqual([201, []]);
    }
  } finally {
    await pool.query(`alter table "JobAway" rename to "Job"`);
  }
});

test("C8: a job whose process has died is shown as aborted, and another takes its place", async () => {
  const { pool } = julep.server.parley.ports.database;
  const id = await sessionOf({ token_budget: 300, context_overflow: "adaptive" });
  for (let n = 0; n < 4; n++) await chat(id, say(turn(n)));
  const dead = "0198a000-0000-7000-8000-000000000001";
  await pool.query(
    `insert into "Job" (id, "accountId", "sessionId", kind, state, "updatedAt")
     select $1, "accountId", id, 'summarise', 'in_progress', now() - interval '3 minutes' from "Session" where id = $2`,
    [dead, id],
  );
  expect((await julep.call("GET", `/api/jobs/${dead}`)).body.state).toBe("aborted");
  let jobs: string[] = [];
  for (let n = 4; n < 20 && jobs.length === 0; n++) jobs = (await chat(id, say(turn(n)))).body.jobs;
  expect(jobs).toHaveLength(1);
});

test("C26: a long line is summarised from its oldest turns on, in as many jobs as it takes, and nothing is left out", async () => {
  const id = await sessionOf({ context_overflow: null });
  const words = "pears ".repeat(300);
  for (let n = 0; n < 45; n++) {
    const input = { messages: [{ role: "user", content: `turn ${n} ${words}` }] };
    expect((await chat(id, input)).status).toBe(201);
  }
  await julep.client.sessions.update(id, { context_overflow: "adaptive", token_budget: 4000 } as never);
  const covered: number[] = [];
  for (let n = 0; n < 3; n++) {
    const [job] = (await chat(id, say(`go on ${n}`))).body.jobs;
    if (job === undefined) break;
    await expect.poll(async () => (await julep.call("GET", `/api/jobs/${job}`)).body.state).toBe("succeeded");
    covered.push((await history(id)).relations.length);
  }
  // 60,000 characters are some 33 turns of this size; the last two turns stay.
  expect(covered[0]).toBeGreaterThan(60);
  expect(covered[0]).toBeLessThan(80);
  expect(covered[1]).toBeGreaterThan(80);
}, 60_000);

test("a job that is not there, or somebody else's, is 404", async () => {
  expect((await julep.call("GET", "/api/jobs/019aa000-0000-7000-8000-000000000000")).status).toBe(404);
  expect((await julep.call("GET", "/api/jobs/x")).status).toBe(422);
});

test("a history is read in pieces by limit and offset", async () => {
  const id = await sessionOf({});
  for (let n = 0; n < 3; n++) await chat(id, say(`turn ${n}`));
  const whole = (await history(id)).entries;
  expect(whole).toHaveLength(6);
  expect((await history(id, "?limit=2&offset=3")).entries).toEqual(whole.slice(3, 5));
  expect((await history(id, "?offset=5")).entries).toEqual(whole.slice(5));
  expect((await history(id, "?limit=0")).entries).toEqual([]);
  expect((await julep.call("GET", `/api/sessions/${id}/history?limit=-1`)).status).toBe(422);
});
