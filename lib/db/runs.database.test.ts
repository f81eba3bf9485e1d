import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TurnEvent } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { claimNew, commitOf } from "../testing/stored-turns.ts";
import { commitRun } from "./commit.ts";
import { type Database, openDatabase } from "./database.ts";
import { appendEvents, readEvents } from "./run-events.ts";
import { findRun } from "./runs.ts";

const owner = newId();
const deltas = (...texts: string[]): TurnEvent[] => texts.map((text) => ({ type: "text-delta", text }));
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
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
  expect(await commitRun(database, commit(runId, deltas("b")))).toBe(true);
  expect((await readEvents(database, runId, 0)).map(({ event }) => event)).toEqual(deltas("a"));
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

const commit = (runId: string, events: readonly TurnEvent[]) => commitOf(runId, owner, { events });

/** A session of a new account with a run that `owner` works on. */
async function running() {
  const { session, runId, claimed } = await claimNew(database, owner);
  expect(claimed).toBe("claimed");
  return { runId, accountId: session.accountId };
}
