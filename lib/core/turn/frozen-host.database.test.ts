import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { claimRun } from "../../db/claims.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { appendEvents } from "../../db/run-events.ts";
import { findRun } from "../../db/runs.ts";
import { findSession } from "../../db/sessions.ts";
import { julepPolicy } from "../../dialects/julep/policy.ts";
import { newId } from "../../domain/ids.ts";
import type { CallModel } from "../../domain/model.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { migratedDatabase } from "../../testing/databases.ts";
import { claimOf, GOES_ON, makeSession, newMessage, type StoredSession } from "../../testing/stored-turns.ts";
import { openProcess } from "../../testing/turn-ports.ts";
import type { Host } from "../host.ts";
import type { Scope } from "../scope.ts";
import { getSession } from "../sessions.ts";
import { sweep } from "../tidy.ts";
import { endedTurn, follow } from "./follow.ts";
import { takeOverRun } from "./take-over.ts";
import { takeTurn } from "./take-turn.ts";

// A host that freezes its processes between requests: nothing there comes from a timer, only from who asks.

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../../..") });
});
afterAll(() => database.close());

type Process = ReturnType<typeof openProcess>;
const processes: Process[] = [];
afterEach(() => {
  for (const one of processes.splice(0)) one.kill();
});

/** A host that freezes; `kept` is what it was asked to stay awake for, `timeMs` what is left of each request. */
function frozenHost(timeMs = 60_000): Host & { readonly kept: Promise<unknown>[] } {
  const kept: Promise<unknown>[] = [];
  return { kept, keepAwake: (work) => void kept.push(work), isAlwaysAwake: false, deadline: () => Date.now() + timeMs };
}

function opened(model: CallModel, host: Host): Process {
  const one = openProcess(database, model, async () => null, { host });
  processes.push(one);
  return one;
}

const scopeOf = ({ ports }: Process, { accountId }: StoredSession): Scope => ({ ...ports, accountId, via: "key" });
const ask = (scope: Scope, session: StoredSession, policy: TurnPolicy = GOES_ON) =>
  takeTurn(scope, {
    dialect: "web",
    policy,
    sessionId: session.id,
    input: [newMessage("Why?")],
    tools: [],
    toolChoice: "auto",
    settings: {},
  });

const says: CallModel = async function* ({ purpose }) {
  yield [{ type: "start" }];
  yield [{ type: "text-delta", text: purpose === "title" ? "Reasons" : "Because." }];
  yield [{ type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } }];
};

/** Says one word and then nothing until its caller ends the call. */
const hangs: CallModel = async function* ({ signal }) {
  yield [{ type: "start" }];
  yield [{ type: "text-delta", text: "Well" }];
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
};

/** A turn that a process has left: its lease is over, and no process is told of it. */
async function leftTurn(policy: TurnPolicy = GOES_ON): Promise<{ session: StoredSession; runId: string }> {
  const session = await makeSession(database);
  const owner = newId();
  const claim = claimOf(session, owner, { policy, input: [newMessage("Why?")] });
  expect(await claimRun(database, claim)).toBe("claimed");
  await appendEvents(database, owner, [
    { runId: claim.runId, seqFrom: 1, events: [{ type: "turn-start", runId: claim.runId, at: Date.now() }] },
  ]);
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  return { session, runId: claim.runId };
}

const statusOf = async ({ accountId }: StoredSession, runId: string) =>
  (await findRun(database, accountId, runId))?.run.status;

test("a host is kept awake until a turn is stored and its session has its title", async () => {
  const host = frozenHost();
  const one = opened(says, host);
  const session = await makeSession(database);
  const { runId } = await ask(scopeOf(one, session), session);
  // What is kept may keep more.
  for (let n = 0; n < host.kept.length; n++) await host.kept[n];
  expect(await statusOf(session, runId)).toBe("completed");
  expect(await findSession(database, session.accountId, session.id)).toMatchObject({
    title: "Reasons",
    titleSource: "model",
  });
});

test("a turn is left to others before the host ends its request, and who reads its session goes on with it", async () => {
  const first = opened(hangs, frozenHost(300));
  const session = await makeSession(database);
  const { runId, live } = await ask(scopeOf(first, session), session);
  await live?.ended;
  expect([live?.abortCause, live?.state]).toEqual(["hand-over", "left"]);
  // The database keeps times to the millisecond, and rounds up: for half of one the lease may seem to go on.
  await expect.poll(async () => (await findRun(database, session.accountId, runId))?.isLeaseOver).toBe(true);

  const second = opened(says, frozenHost());
  const scope = scopeOf(second, session);
  await getSession(scope, session.id);
  await expect.poll(() => statusOf(session, runId)).toBe("completed");
  const said = (await endedTurn(follow(scope, runId))).map((event) => (event.type === "text-delta" ? event.text : ""));
  expect(said.join("")).toBe("WellBecause.");
});

test("a turn that ends with its caller is ended before the host ends its request", async () => {
  const one = opened(hangs, frozenHost(300));
  const session = await makeSession(database);
  const { runId, live } = await ask(scopeOf(one, session), session, { ...julepPolicy, stores: true });
  await live?.ended;
  expect(await statusOf(session, runId)).toBe("interrupted");
});

test("who follows a turn that its process has left goes on with it", async () => {
  const { session, runId } = await leftTurn();
  const scope = scopeOf(opened(says, frozenHost()), session);
  const events = await endedTurn(follow(scope, runId));
  expect(events.map(({ type }) => type)).toContain("turn-end");
  expect(await statusOf(session, runId)).toBe("completed");
});

test("a new turn is not kept out by one that its process has left, and that nobody waits for", async () => {
  const { session, runId } = await leftTurn({ ...julepPolicy, stores: true, busy: "refuse" });
  const scope = scopeOf(opened(says, frozenHost()), session);
  const taken = await ask(scope, session, { ...GOES_ON, busy: "refuse" });
  await taken.live?.ended;
  expect([await statusOf(session, runId), await statusOf(session, taken.runId)]).toEqual(["interrupted", "completed"]);
});

test("a new turn waits in line for one that its process has left, which goes on", async () => {
  const { session, runId } = await leftTurn();
  const scope = scopeOf(opened(says, frozenHost()), session);
  const taken = await ask(scope, session, { ...GOES_ON, busy: "queue" });
  await taken.live?.ended;
  expect([await statusOf(session, runId), await statusOf(session, taken.runId)]).toEqual(["completed", "completed"]);
});

test("one turn is taken by one process, for its own account, and not where too little time is left", async () => {
  const { session, runId } = await leftTurn();
  const [one, two] = [opened(hangs, frozenHost()), opened(hangs, frozenHost())];
  const other = await makeSession(database);
  expect(await takeOverRun(one.ports, other.accountId, runId)).toBeNull();
  expect(await takeOverRun(opened(says, frozenHost(10_000)).ports, session.accountId, runId)).toBeNull();
  const taken = await Promise.all([one, two].map(({ ports }) => takeOverRun(ports, session.accountId, runId)));
  expect(taken.filter((one) => one !== null)).toHaveLength(1);
  await expect.poll(() => [...one.ports.runner.running(), ...two.ports.runner.running()]).toEqual([runId]);
});

test("a sweep goes on with all that was left", async () => {
  const { session, runId } = await leftTurn();
  const one = opened(says, frozenHost());
  expect(await sweep(one.ports)).toBeGreaterThanOrEqual(1);
  await expect.poll(() => statusOf(session, runId)).toBe("completed");
});
