import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimRun } from "../../db/claims.ts";
import { commitRun } from "../../db/commit.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { readLine } from "../../db/messages.ts";
import { appendEvents } from "../../db/run-events.ts";
import { findRun } from "../../db/runs.ts";
import { assistantsPolicy } from "../../dialects/assistants/policy.ts";
import { botsPolicy } from "../../dialects/bots/policy.ts";
import { julepPolicy } from "../../dialects/julep/policy.ts";
import { llamacloudPolicy } from "../../dialects/llamacloud/policy.ts";
import type { TurnEvent } from "../../domain/events.ts";
import { newId } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { CallModel, ModelEvent, ModelRequest, PromptMessage } from "../../domain/model.ts";
import type { Tool } from "../../domain/tool.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import {
  claimOf,
  commitOf,
  makeSession,
  newMessage,
  type StoredSession,
  storedMessage,
} from "../../testing/stored-turns.ts";
import { openProcess } from "../../testing/turn-ports.ts";
import { PLAIN_TEMPLATE } from "../render/templates.ts";
import type { Ports, Scope } from "../scope.ts";
import { endedTurn, followTaken } from "./follow.ts";
import { takeOver } from "./take-over.ts";
import { takeTurn } from "./take-turn.ts";
import type { TurnCall } from "./turn-call.ts";

// Whoever takes a turn over goes on with exactly the turn that was asked. Generated turns of every dialect are run once
// without a fault, and then killed after each of their events: what the next process asks the model, and what is stored
// in the end, is compared. TURNS=500 tries as many turns; a run of all tests tries a few.

const TURNS = Number(process.env.TURNS ?? 3);
const SEED = Number(process.env.SEED ?? 20261127);

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
});
afterAll(() => database.close());

/** One model call of a script: what it thinks, says and calls. Calls come in all steps but the last. */
type Step = { readonly thought: string; readonly texts: readonly string[]; readonly calls: readonly string[] };
type Script = {
  readonly policy: TurnPolicy;
  readonly dialect: string;
  readonly steps: readonly Step[];
  readonly withMetadata: boolean;
  readonly temperature: number;
};

const POLICIES: readonly (readonly [dialect: string, policy: TurnPolicy])[] = [
  ["llamacloud", llamacloudPolicy],
  ["llamacloud", { ...llamacloudPolicy, onHangUp: "cancel" }],
  ["web", { ...llamacloudPolicy, ownTools: "functions" }],
  ["julep", { ...julepPolicy, runsTools: "server" }],
  ["julep", { ...julepPolicy, runsTools: "server", keep: "streamed" }],
  ["assistants", { ...assistantsPolicy, stores: true }],
  ["bots", { ...botsPolicy, stores: true }],
  // What the others differ in, in a turn that goes on.
  ["llamacloud", { ...llamacloudPolicy, withBuiltinTools: false, maxSteps: 2 }],
  ["julep", { ...julepPolicy, runsTools: "server", onHangUp: "go-on", keep: "all", maxSteps: 2 }],
  ["llamacloud", { ...llamacloudPolicy, recallTools: false }],
];

const word = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(..."abcäß 日.") });
const script: fc.Arbitrary<Script> = fc
  .record({
    how: fc.constantFrom(...POLICIES),
    middle: fc.array(
      fc.record({
        thought: fc.oneof(fc.constant(""), word),
        texts: fc.array(word, { maxLength: 2 }),
        calls: fc.array(fc.constantFrom("lookup", "calculator"), { minLength: 1, maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    last: fc.record({
      thought: fc.oneof(fc.constant(""), word),
      texts: fc.array(word, { minLength: 1, maxLength: 4 }),
    }),
    withMetadata: fc.boolean(),
    temperature: fc.constantFrom(0, 0.5, 1),
  })
  .map(({ how: [dialect, policy], middle, last, ...rest }) => ({
    dialect,
    policy,
    steps: [...middle, { ...last, calls: [] }],
    ...rest,
  }));

test("C4, lessons 6 and 14: a turn that is killed after any of its events goes on as it was asked, in every dialect", async () => {
  await fc.assert(fc.asyncProperty(script, killedAnywhere), { numRuns: TURNS, seed: SEED, endOnFailure: true });
}, 3_600_000);

test("a turn whose events nobody can read gives its session back after the last try", async () => {
  const session = await sessionWithPast();
  const first = openProcess(database, neverAnswers, runTool, { writesEvents: false });
  const call = callOf(
    { policy: llamacloudPolicy, dialect: "llamacloud", steps: [], withMetadata: false, temperature: 0 },
    session,
  );
  const { runId } = await takeTurn(scopeOf(first.ports, session), call);
  await appendEvents(database, first.ports.runner.owner, [
    { runId, seqFrom: 1, events: [{ type: "text-delta", text: "Ye" }] },
  ]);
  first.kill();
  await database.pool.query(`update "RunEvent" set events = '[{"type":"of-a-later-version"}]' where "runId" = $1`, [
    runId,
  ]);

  const second = openProcess(database, neverAnswers, runTool);
  const tried = async (nth: number) => {
    const { pool } = database;
    await pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second', attempts = $2 where id = $1`, [
      runId,
      nth - 1,
    ]);
    await takeOver(second.ports, "expired");
    // Given back, or ended.
    const isFree = `select ("leaseUntil" <= now() or status <> 'running') as free, status, attempts from "Run" where id = $1`;
    await expect
      .poll(async () => (await pool.query(isFree, [runId])).rows[0])
      .toMatchObject({ free: true, attempts: nth });
    return (await findRun(database, session.accountId, runId))?.run.status;
  };
  expect(await tried(2)).toBe("running");
  expect(await tried(6)).toBe("interrupted");
  // The question stays, and the next can be asked.
  expect((await readLine(database, session.accountId, session.id)).map(messageText)).toEqual([...PAST, "And now?"]);
  expect(await takeTurn(scopeOf(second.ports, session), call)).toMatchObject({ sessionId: session.id });
  second.kill();
});

async function killedAnywhere(given: Script): Promise<void> {
  const whole = await unkilled(given);
  for (let cut = 0; cut < whole.events.length; cut++) await killedAt(given, whole, cut);
}

type Whole = {
  readonly events: readonly TurnEvent[];
  readonly requests: readonly ModelRequest[];
  readonly line: readonly Message[];
};

async function unkilled(given: Script): Promise<Whole> {
  const session = await sessionWithPast();
  const requests: ModelRequest[] = [];
  const first = openProcess(database, scripted(given.steps, requests), runTool);
  const scope = scopeOf(first.ports, session);
  const taken = await takeTurn(scope, callOf(given, session));
  const events = await endedTurn(followTaken(scope, taken));
  const line = await readLine(database, session.accountId, session.id);
  first.kill();
  return { events, requests, line };
}

async function killedAt(given: Script, whole: Whole, cut: number): Promise<void> {
  const session = await sessionWithPast();
  // The first process enters the turn, and dies with so many events written.
  const first = openProcess(database, neverAnswers, runTool, { writesEvents: false });
  const { runId } = await takeTurn(scopeOf(first.ports, session), callOf(given, session));
  const past = withNewIds(whole.events.slice(0, cut));
  const { owner } = first.ports.runner;
  if (cut > 0) await appendEvents(database, owner, [{ runId, seqFrom: 1, events: past }]);
  first.kill();
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [runId]);

  const requests: ModelRequest[] = [];
  const second = openProcess(database, scripted(given.steps, requests), runTool);
  await takeOver(second.ports, "expired");
  await expect.poll(async () => (await findRun(database, session.accountId, runId))?.run.status).not.toBe("running");
  const run = (await findRun(database, session.accountId, runId))?.run;
  const line = await readLine(database, session.accountId, session.id);
  second.kill();
  const about = { dialect: given.dialect, cut, after: past.at(-1)?.type };
  const fresh = line.slice(PAST.length);

  if (given.policy.onHangUp === "cancel") {
    expect({ ...about, calls: requests.length, status: run?.status }).toEqual({
      ...about,
      calls: 0,
      status: "interrupted",
    });
    expect({ ...about, stays: fresh.length > 0 }).toEqual({ ...about, stays: staysOf(given.policy, past) });
    return;
  }
  // Its caller's rules hold: the same prompt, tools and settings, and no more steps than it had left.
  const [asked] = requests;
  const original = whole.requests[0];
  if (asked && original) {
    expect({ ...about, prompt: asked.messages.slice(0, original.messages.length) }).toEqual({
      ...about,
      prompt: original.messages,
    });
    expect({ ...about, settings: asked.settings }).toEqual({ ...about, settings: original.settings });
    const nth = stepsIn(past);
    const same = whole.requests[Math.min(nth, whole.requests.length - 1)];
    if (nth < whole.requests.length) expect({ ...about, tools: asked.tools }).toEqual({ ...about, tools: same?.tools });
  }
  // Nothing is lost, doubled or taken back.
  expect({ ...about, text: textOf(fresh) }).toEqual({ ...about, text: textOf(whole.line.slice(PAST.length)) });
  expect({ ...about, wrong: fresh.filter(({ role }) => role === "user").length }).toEqual({ ...about, wrong: 1 });
  const isNothingLeft =
    requests.length > 0 && textOf(fresh) === textOf(messagesOf(past)) && run?.status === "interrupted";
  if (!isNothingLeft) expect({ ...about, status: run?.status }).toEqual({ ...about, status: statusOf(whole) });
}

const statusOf = ({ events }: Whole): string => (events.at(-1)?.type === "turn-end" ? "completed" : "failed");

/** Steps that are done: the model has ended them, or has made its first call. */
function stepsIn(events: readonly TurnEvent[]): number {
  const last = events.findLastIndex(({ type }) => type === "step-start");
  const isOpen = last >= 0 && !events.slice(last).some(({ type }) => type === "step-end" || type === "tool-call");
  return events.filter(({ type }) => type === "step-start").length - (isOpen ? 1 : 0);
}

/** Whether anything stays of a turn that ends with its caller: the core's table of options, "kept on failure". */
function staysOf(policy: TurnPolicy, past: readonly TurnEvent[]): boolean {
  if (policy.onlyWhole || policy.keep === "nothing") return false;
  return (
    policy.keep === "all" ||
    past.some(({ type }) => type === "text-delta" || type === "reasoning-delta" || type === "tool-call")
  );
}

/** All that is said in the answers of a turn. */
const textOf = (messages: readonly Pick<Message, "role" | "parts">[]): string =>
  messages.flatMap(({ role, parts }) => (role === "assistant" ? messageTexts(parts) : [])).join("");
const messageText = ({ parts }: Pick<Message, "parts">): string => messageTexts(parts).join("");
const messageTexts = (parts: Message["parts"]): string[] =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
const messagesOf = (events: readonly TurnEvent[]): Pick<Message, "role" | "parts">[] => [
  {
    role: "assistant",
    parts: [{ type: "text", text: events.map((event) => (event.type === "text-delta" ? event.text : "")).join("") }],
  },
];

/** The same events under ids of their own: a message is stored once. */
const withNewIds = (events: readonly TurnEvent[]): TurnEvent[] =>
  events.map((event) => ("messageId" in event ? { ...event, messageId: newId() } : event));

const PAST = ["What is it?", "It is a test."] as const;
const LOOKUP: Tool = {
  name: "lookup",
  type: "integration",
  description: "Looks it up",
  spec: { provider: "dummy", method: null, setup: null, arguments: null },
};
const runTool = async () => ({ found: 42 });

/** A session with an exchange, whose agent has instructions and a tool. */
async function sessionWithPast(): Promise<StoredSession> {
  const session = await makeSession(database);
  const { pool } = database;
  await pool.query(`update "Agent" set instructions = '{"Be kind."}', "systemTemplate" = $2 where id = $1`, [
    session.agentId,
    PLAIN_TEMPLATE,
  ]);
  await pool.query(
    `insert into "Tool" (id, "agentId", name, type, description, spec, position) values ($1, $2, $3, $4, $5, $6, 1)`,
    [newId(), session.agentId, LOOKUP.name, LOOKUP.type, LOOKUP.description, JSON.stringify(LOOKUP.spec)],
  );
  const owner = newId();
  const claim = claimOf(session, owner);
  expect(await claimRun(database, claim)).toBe("claimed");
  const messages = [storedMessage(PAST[0]), storedMessage(PAST[1], "assistant")];
  await commitRun(database, commitOf(claim.runId, owner, { messages }));
  return session;
}

const scopeOf = (ports: Ports, { accountId }: StoredSession): Scope => ({
  ...ports,
  accountId,
  via: "key",
});

const callOf = ({ policy, dialect, temperature, withMetadata }: Script, { id }: StoredSession): TurnCall => ({
  dialect,
  policy,
  sessionId: id,
  input: [newMessage("And now?")],
  tools: [],
  toolChoice: "auto",
  settings: { temperature },
  metadata: withMetadata ? { tone: "calm" } : undefined,
});

const neverAnswers: CallModel = async function* ({ signal }) {
  yield* [];
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
};

/** A model that follows a script, whichever process asks, and goes on exactly where a text broke off. */
function scripted(steps: readonly Step[], requests: ModelRequest[]): CallModel {
  return async function* (request) {
    if (request.purpose !== "turn") throw new Error("Nobody asks for titles here");
    requests.push({ ...request, messages: [...request.messages] });
    const said = request.messages.slice(turnBegins(request.messages));
    const isContinued = said.at(-1)?.role === "user" && said.length > 1;
    const done = said.filter((message) => message.role === "assistant" && message.calls.length > 0).length;
    const step = steps[Math.min(done, steps.length - 1)] ?? { thought: "", texts: [], calls: [] };
    const broken = isContinued ? said.at(-2) : undefined;
    const had = broken?.role === "assistant" ? broken.text : "";
    const isAnswerOnly = request.tools.length === 0 && step.calls.length > 0;
    for (const event of eventsOf(step, had, done, isAnswerOnly)) yield [event];
  };
}

/** Where the turn's own messages begin: behind its question, the last of a user that is no request to continue. */
const turnBegins = (messages: readonly PromptMessage[]): number =>
  messages.findLastIndex(({ role, ...rest }) => role === "user" && JSON.stringify(rest).includes("And now?")) + 1;

function* eventsOf(step: Step, had: string, nth: number, isAnswerOnly: boolean): Generator<ModelEvent> {
  yield { type: "start" };
  if (step.thought !== "" && had === "") yield { type: "reasoning-delta", text: step.thought };
  let left = had.length;
  for (const text of step.texts) {
    const rest = text.slice(Math.min(left, text.length));
    left = Math.max(0, left - text.length);
    if (rest !== "") yield { type: "text-delta", text: rest };
  }
  const calls = isAnswerOnly ? [] : step.calls;
  for (const [n, name] of calls.entries()) {
    const input = name === "calculator" ? `{"expression":"${nth}+${n}"}` : "{}";
    const callId = `call_${nth}_${n}`;
    yield { type: "tool-input-delta", callId, name, text: input };
    yield { type: "tool-call", callId, name, input };
  }
  yield {
    type: "finish",
    reason: calls.length > 0 ? "tool-calls" : "stop",
    usage: { inputTokens: 10, outputTokens: 5 },
  };
}
