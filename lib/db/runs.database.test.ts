import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TurnEvent } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import { emptyDatabase } from "../testing/databases.ts";
import { insertGuest } from "./accounts.ts";
import { ensureDefaultAgent } from "./agents.ts";
import { commitRun } from "./commit.ts";
import { type Database, openDatabase } from "./database.ts";
import { insertSession } from "./new-session.ts";
import { appendEvents, claimRun, findRun, readEvents } from "./runs.ts";

const owner = newId();
const deltas = (...texts: string[]): TurnEvent[] => texts.map((text) => ({ type: "text-delta", text }));
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await emptyDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
});
afterAll(() => database.close());

test("events keep their numbers, however many each batch holds", async () => {
  const { runId } = await running();
  await appendEvents(database, owner, [{ runId, seqFrom: 1, events: deltas("a", "b") }]);
  await appendEvents(database, owner, [{ runId, seqFrom: 3, events: deltas("c") }]);
  expect(await readEvents(database, runId, 1)).toEqual([
    { seq: 2, event: { type: "text-delta", text: "b" } },
    { seq: 3, event: { type: "text-delta", text: "c" } },
  ]);
});

test("a batch whose answer got lost can be written again with more behind it", async () => {
  const { runId } = await running();
  await appendEvents(database, owner, [{ runId, seqFrom: 1, events: deltas("a", "b") }]);
  const held = await appendEvents(database, owner, [{ runId, seqFrom: 1, events: deltas("a", "b", "c") }]);
  expect([...held]).toEqual([runId]);
  expect((await readEvents(database, runId, 0)).map(({ event }) => event)).toEqual(deltas("a", "b", "c"));
});

test("a batch of one run that was written before does not keep another's from being written", async () => {
  const [one, two] = [await running(), await running()];
  await appendEvents(database, owner, [{ runId: one.runId, seqFrom: 1, events: deltas("a") }]);
  const held = await appendEvents(database, owner, [
    { runId: one.runId, seqFrom: 1, events: deltas("a") },
    { runId: two.runId, seqFrom: 1, events: deltas("x") },
  ]);
  expect(held).toEqual(new Set([one.runId, two.runId]));
});

test("a commit writes the last events though some of them were written before", async () => {
  const { runId, accountId } = await running();
  await appendEvents(database, owner, [{ runId, seqFrom: 1, events: deltas("a") }]);
  expect(await commitRun(database, commit(runId, deltas("a", "b")))).toBe(true);
  expect((await readEvents(database, runId, 0)).map(({ seq }) => seq)).toEqual([1, 2]);
  expect((await findRun(database, accountId, runId))?.run.status).toBe("completed");
});

test("a commit whose answer got lost is not made twice", async () => {
  const { runId } = await running();
  expect(await commitRun(database, commit(runId, deltas("a")))).toBe(true);
  expect(await commitRun(database, commit(runId, deltas("a")))).toBe(false);
});

test("runs that end at once are committed together, and one that fails fails alone", async () => {
  const runs = await Promise.all(Array.from({ length: 40 }, () => running()));
  const ids = runs.map(({ runId }) => runId);
  const lost = commit(newId(), deltas("a"));
  const broken = { ...commit(ids[7] ?? "", deltas("a")), status: "no status" as "completed" };
  const outcomes = await Promise.allSettled([
    commitRun(database, lost),
    ...ids.map((id, n) => commitRun(database, n === 7 ? broken : commit(id, deltas("a", "b")))),
  ]);
  const expected = ids.map((_, n) => (n === 7 ? "rejected" : true));
  expect(outcomes.map((one) => (one.status === "fulfilled" ? one.value : one.status))).toEqual([false, ...expected]);
  const statuses = await Promise.all(runs.map(({ accountId, runId }) => findRun(database, accountId, runId)));
  expect(statuses.map((found) => found?.run.status)).toEqual(ids.map((_, n) => (n === 7 ? "running" : "completed")));
});

test("who no longer holds a run writes nothing of it", async () => {
  const { runId } = await running();
  const held = await appendEvents(database, newId(), [{ runId, seqFrom: 1, events: deltas("a") }]);
  expect(held.size).toBe(0);
  expect(await readEvents(database, runId, 0)).toEqual([]);
});

const commit = (runId: string, events: readonly TurnEvent[]) => ({
  runId,
  owner,
  status: "completed" as const,
  finishReason: "stop",
  error: null,
  usage: { inputTokens: 1, outputTokens: 1, isEstimated: false },
  durationMs: 1,
  steps: 1,
  messages: [],
  fallbackTitle: null,
  events: { runId, seqFrom: 1, events },
  makes: null,
  output: null,
  freesKey: false,
});

/** A session of a new account with a run that `owner` works on. */
async function running() {
  const account = await insertGuest(database, newId());
  const home = await ensureDefaultAgent(database, account.id, { id: newId(), systemTemplate: "" });
  const [sessionId, branchId, runId] = [newId(), newId(), newId()];
  await insertSession(database, account.id, {
    id: sessionId,
    branchId,
    projectId: home.projectId,
    origin: "web",
    situation: null,
    systemTemplate: null,
    renderTemplates: true,
    tokenBudget: null,
    contextOverflow: null,
    autoRunTools: false,
    forwardToolCalls: false,
    recallOptions: null,
    metadata: null,
    sharedAccess: "read_only",
    agentIds: [home.agentId],
    userIds: [],
    indexIds: [],
  });
  const claimed = await claimRun(database, {
    runId,
    accountId: account.id,
    owner,
    dialect: "web",
    agentId: home.agentId,
    keep: "all",
    onHangUp: "go-on",
    input: [],
    context: {},
    settings: {},
    title: null,
    requestKey: null,
    requestHash: null,
    mostAtOnce: null,
    session: { id: sessionId, branchId, nextPosition: 0 },
    fork: null,
    bindIndexIds: null,
  });
  expect(claimed).toBe("claimed");
  return { runId, accountId: account.id };
}
