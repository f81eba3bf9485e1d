import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { claimRun } from "../../db/claims.ts";
import { commitRun } from "../../db/commit.ts";
import type { Database } from "../../db/database.ts";
import { llamacloudPolicy } from "../../dialects/llamacloud/policy.ts";
import { newId } from "../../domain/ids.ts";
import { type Api, openApi } from "../../testing/api.ts";
import { claimOf, commitOf, makeSession, newMessage, PLAN, storedMessage } from "../../testing/stored-turns.ts";
import type { Limits, Scope } from "../scope.ts";
import { deleteSession, getSession } from "../sessions.ts";
import { getHistory } from "./history.ts";
import { stopTurn } from "./stop.ts";
import { takeOver } from "./take-over.ts";
import { takeTurn } from "./take-turn.ts";
import type { TurnCall } from "./turn-call.ts";

let api: Api;
let database: Database;
beforeAll(async () => {
  api = await openApi({ OPENAI_EMBEDDING_MODEL: "test-embedding" });
  ({ database } = api.server.parley.ports);
});
afterAll(() => api.close());
beforeEach(() => {
  api.model.reset();
  api.model.onMessage(/slow/, { content: "one two three ".repeat(100) }, { chunkSize: 10, latency: 20 });
  api.model.onMessage(/.*/s, { content: "Hello to you." }, { latency: 5 });
});

const scopeOf = (accountId: string): Scope => ({ ...api.server.parley.ports, accountId, via: "key" });
const ASSISTANTS = "/api/v1/compatibility/openai/v1/assistants";
const embeddings = () => api.model.getRequests().filter(({ path }) => path.endsWith("/embeddings")).length;

/** An agent with a doc that is embedded. */
async function agentWithDoc(): Promise<string> {
  const { body: agent } = await api.call("POST", "/api/agents", { body: { name: "Ada" } });
  // Equal texts of an account are embedded once.
  const doc = { title: "Cats", content: [`Cats sleep a lot, says ${newId()}.`] };
  await api.call("POST", `/api/agents/${agent.id}/docs`, { body: doc });
  await expect.poll(embeddings).toBeGreaterThan(0);
  return agent.id;
}

test("C24: sixteen choices are prepared once", async () => {
  const agent = await agentWithDoc();
  const before = embeddings();
  const body = { messages: [{ role: "user", content: "cats" }], n: 16 };
  const answer = await api.call("POST", `${ASSISTANTS}/${agent}/chat/completions`, { body });
  expect([answer.status, answer.body.choices.length]).toEqual([200, 16]);
  expect(embeddings() - before).toBe(1);
});

test("C5: who waits for another instance's turn prepares nothing until it is over", async () => {
  const agent = await agentWithDoc();
  const { body: session } = await api.call("POST", "/api/sessions", { body: { agent } });
  const other = await otherInstance(session.id);
  const before = embeddings();
  const waiting = api.call("POST", `/api/sessions/${session.id}/chat`, {
    body: { messages: [{ role: "user", content: "cats" }] },
  });
  await looks(6);
  expect(embeddings()).toBe(before);
  await other.commit();
  expect((await waiting).status).toBe(201);
  expect(embeddings() - before).toBe(1);
});

test("C10: strangers of a public bot have request keys of their own", async () => {
  const slug = `open-${newId()}`;
  const made = await api.call("POST", "/v1/bots", {
    body: { name: "Open", slug, description: "d", instructions: "i", is_public: true },
  });
  expect(made.status).toBe(201);
  const ask = (prompt: string, key: string | null) =>
    api.call("POST", "/v1/chat", {
      key,
      headers: { "idempotency-key": "1" },
      body: { bot_slug: slug, prompt, stream: false },
    });
  const [other, third] = await Promise.all([api.server.makeAccount(), api.server.makeAccount()]);
  expect(await ask("hi", other.key)).toMatchObject({ status: 200 });
  expect(await ask("something else", third.key)).toMatchObject({ status: 200 });
  expect(await ask("hello", null)).toMatchObject({ status: 200 });
  // A caller's own repeat is still one run.
  expect(await ask("hi again", other.key)).toMatchObject({ status: 409 });
});

test("C32: a chat that stores nothing ends as not found when its session is deleted, and is not to be repeated", async () => {
  const { body: agent } = await api.call("POST", "/api/agents", { body: { name: "Ada" } });
  const { body: session } = await api.call("POST", "/api/sessions", { body: { agent: agent.id } });
  const chat = api.call("POST", `/api/sessions/${session.id}/chat`, {
    body: { messages: [{ role: "user", content: "slow" }], save: false },
  });
  await expect.poll(() => api.modelCalls().length).toBe(1);
  await api.call("DELETE", `/api/sessions/${session.id}`);
  const answer = await chat;
  expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([404, "false"]);
  await expect.poll(api.server.abortedModelCalls).toBeGreaterThan(0);
});

test("C32: a stream whose session is deleted by another instance ends in a stop", async () => {
  const { body: session } = await api.call("POST", "/api/v1/chat", { body: {} });
  const stream = await api.send("POST", `/api/v1/chat/${session.session_id}/messages/stream`, {
    body: { index_ids: [], prompt: "slow" },
  });
  const text = stream.text();
  await expect.poll(() => api.modelCalls().length).toBe(1);
  await database.pool.query(`delete from "Session" where id = $1`, [session.session_id]);
  expect(await text).toContain('"type":"stop"');
});

test("a prompt is sent before its turn is entered, in a session and in none", async () => {
  const { body: bot } = await api.call("POST", "/v1/bots", { body: { name: "Ada" } });
  const { body: session } = await api.call("POST", "/api/v1/chat", { body: {} });
  const order: string[] = [];
  const sent = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest }; // what Node documents for this channel
    if (request.path.endsWith("/chat/completions")) order.push("prompt");
  };
  const { query } = database.pool;
  const noted = vi.spyOn(database.pool, "query").mockImplementation(function (this: Pool, ...asked: unknown[]) {
    const [{ text }] = asked as [{ readonly text?: string }]; // statements by hand and Prisma's are objects
    if (text?.includes(`insert into "Run"`)) order.push("turn");
    return Reflect.apply(query, this, asked);
  } as typeof query);
  subscribe("http.client.request.start", sent);
  try {
    for (const [path, body] of [
      ["/v1/chat", { bot_uid: bot.uid, prompt: "hi", stream: false }],
      // The last, since the model is asked for its title too.
      [`/api/v1/chat/${session.session_id}/messages/stream`, { index_ids: [], prompt: "hi" }],
    ] as const) {
      order.length = 0;
      expect((await api.call("POST", path, { body })).status).toBe(200);
      expect([path, order.slice(0, 2)]).toEqual([path, ["prompt", "turn"]]);
    }
  } finally {
    unsubscribe("http.client.request.start", sent);
    noted.mockRestore();
  }
});

test("a model call that began before its claim is ended when the claim is lost, and nobody hears of it", async () => {
  const session = await makeSession(database);
  const before = api.server.abortedModelCalls();
  // Another instance claims the session after this one has looked at it.
  let other: Promise<unknown> | null = null;
  const meddled = withQuery(database, async (run, sql) => {
    if (sql.includes(`insert into "Run"`)) {
      other ??= claimRun(database, claimOf(session, newId()));
      await other;
      await expect.poll(() => api.modelCalls().length).toBe(1);
    }
    return run();
  });
  const scope = { ...scopeOf(session.accountId), database: meddled };
  const call: TurnCall = {
    dialect: "web",
    policy: llamacloudPolicy,
    sessionId: session.id,
    input: [newMessage("slow")],
    tools: [],
    toolChoice: "auto",
    settings: {},
  };
  await expect(takeTurn(scope, call)).rejects.toMatchObject({ code: "busy" });
  await expect.poll(api.server.abortedModelCalls).toBe(before + 1);
});

test("C18: a stop that nobody hears is not said to have stopped anything", async () => {
  const session = await makeSession(database);
  expect(await claimRun(database, claimOf(session, newId()))).toBe("claimed");
  expect(await stopTurn(scopeOf(session.accountId), session.id, 100)).toBe(false);
});

test("C18: a stop ends a turn whose instance is gone", async () => {
  const session = await makeSession(database);
  const claim = claimOf(session, newId());
  await claimRun(database, claim);
  const isStopped = stopTurn(scopeOf(session.accountId), session.id, 2000);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  await expect.poll(() => takeOver(api.server.parley.ports, "expired")).toBe(0);
  expect(await isStopped).toBe(true);
});

test("C3: a take-over that meets a database error is tried again", async () => {
  const session = await makeSession(database);
  const claim = claimOf(session, newId(), { input: [newMessage("hello")] });
  await claimRun(database, claim);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  const { ports } = api.server.parley;
  const failing = failingAt(`from "RunEvent"`, database);
  await takeOver({ ...ports, database: failing }, "expired");
  await expect.poll(() => ports.runner.find(claim.runId)).toBeUndefined();
  await expect
    .poll(async () => {
      await takeOver(ports, "expired");
      return (await getSession(scopeOf(session.accountId), session.id)).lastRun?.status;
    })
    .toBe("completed");
});

test("C21: whoever takes a turn over settles the tokens that were set aside for it", async () => {
  const session = await makeSession(database);
  const plan = { ...PLAN, reservedTokens: 900, asker: { ...PLAN.asker, keyId: "k" } };
  const claim = claimOf(session, newId(), { input: [newMessage("hello")], plan });
  await claimRun(database, claim);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  const settled: unknown[] = [];
  const limits: Limits = {
    // The call for the session's title may come before this looks.
    admit: async () => ({ cover: () => null, settle: () => {} }),
    resume: ({ tokens }) => ({
      cover: () => null,
      settle: (used, isTurn) => void settled.push({ tokens, isUsed: used > 0, isTurn }),
    }),
    mostAtOnce: null,
  };
  const held: unknown[] = [];
  const limitsOf = (accountId: string, { keyId }: { readonly keyId: string | null }) => {
    held.push({ accountId, keyId });
    return limits;
  };
  await takeOver({ ...api.server.parley.ports, limitsOf }, "expired");
  await expect.poll(() => settled).toEqual([{ tokens: 900, isUsed: true, isTurn: true }]);
  expect(held).toEqual([{ accountId: session.accountId, keyId: "k" }]);
});

test("C17, C34: a turn that is committed while its history is read is in it", async () => {
  const session = await makeSession(database);
  const owner = newId();
  const claim = claimOf(session, owner, { input: [newMessage("hello")] });
  await claimRun(database, claim);
  const messages = [storedMessage("hello"), storedMessage("Hi.", "assistant")];
  // Between any two statements of the reader the turn ends.
  const meddled = afterEach(database, () => commitRun(database, commitOf(claim.runId, owner, { messages })));
  const scope = { ...scopeOf(session.accountId), database: meddled };
  const history = await getHistory(scope, await getSession(scopeOf(session.accountId), session.id));
  const [inLine, running] = [history.line.map(({ role }) => role), history.running?.input.map(({ role }) => role)];
  expect([inLine, running]).toEqual(running ? [[], ["user"]] : [["user", "assistant"], undefined]);
  expect([...history.runs.values()].map(({ status }) => status)).not.toContain("running");
});

test("C34: the history of a session that was deleted meanwhile is not found, and not empty", async () => {
  const session = await makeSession(database);
  const scope = scopeOf(session.accountId);
  const looked = await getSession(scope, session.id);
  await deleteSession(scope, session.id);
  await expect(getHistory(scope, looked)).rejects.toMatchObject({ code: "not-found" });
});

test("C31: an answer that was taken over is whole in Julep's history", async () => {
  const session = await makeSession(database);
  const claim = claimOf(session, newId(), { input: [newMessage("hello")] });
  await claimRun(database, claim);
  const { appendEvents } = await import("../../db/run-events.ts");
  const events = [
    { type: "turn-start", runId: claim.runId, at: 1 },
    { type: "step-start", messageId: newId(), model: "m", at: 1 },
    { type: "text-start" },
    { type: "text-delta", text: "The first half " },
  ] as const;
  await appendEvents(database, claim.owner, [{ runId: claim.runId, seqFrom: 1, events }]);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  await takeOver(api.server.parley.ports, "expired");
  const scope = scopeOf(session.accountId);
  await expect.poll(async () => (await getSession(scope, session.id)).lastRun?.status).toBe("completed");
  const history = await getHistory(scope, await getSession(scope, session.id), {
    sources: ["api_request", "api_response"],
  });
  const texts = history.line.map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
  expect(texts).toEqual(["hello", "The first half ", "Hello to you."]);
});

/** A turn of another instance in a session; `commit` ends it. */
async function otherInstance(sessionId: string) {
  const { ownerId } = api.server.parley;
  const session = await getSession(scopeOf(ownerId), sessionId);
  const owner = newId();
  const claim = claimOf(
    {
      accountId: ownerId,
      agentId: session.agentIds[0] ?? "",
      projectId: session.projectId,
      id: session.id,
      branchId: session.activeBranchId,
    },
    owner,
  );
  expect(await claimRun(database, claim)).toBe("claimed");
  return { commit: () => commitRun(database, commitOf(claim.runId, owner, { messages: [storedMessage("other")] })) };
}

/** Waits until the database has been asked so many times more. */
async function looks(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A database whose statements that hold a text fail, once. */
function failingAt(text: string, on: Database): Database {
  let hasFailed = false;
  return withQuery(on, async (run, sql) => {
    if (hasFailed || !sql.includes(text)) return run();
    hasFailed = true;
    throw new Error("The database is away");
  });
}

/** A database after each of whose statements something else happens. */
const afterEach = (on: Database, work: () => Promise<unknown>): Database =>
  withQuery(on, async (run) => {
    const result = await run();
    await work();
    return result;
  });

function withQuery(on: Database, around: (run: () => Promise<unknown>, sql: string) => Promise<unknown>): Database {
  const query = (given: { readonly text: string }) => around(() => on.pool.query(given as never), given.text);
  const pool = new Proxy(on.pool, { get: (target, name) => (name === "query" ? query : Reflect.get(target, name)) });
  return { ...on, pool };
}
