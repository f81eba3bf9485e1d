import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UNSET } from "../core/sessions.ts";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import {
  claimNew,
  claimOf,
  commitOf,
  makeSession,
  type StoredSession,
  storedMessage,
} from "../testing/stored-turns.ts";
import { claimRun } from "./claims.ts";
import { commitRun } from "./commit.ts";
import { type Database, openDatabase } from "./database.ts";
import { insertIndex } from "./indexes.ts";
import { renewLeases, takeExpiredRuns } from "./leases.ts";
import { insertSession } from "./new-session.ts";
import { appendEvents, pruneEvents, readEvents } from "./run-events.ts";
import { findRun } from "./runs.ts";

const owner = newId();
const isServer = process.env.TEST_DATABASE === "postgresql";
let place: Awaited<ReturnType<typeof migratedDatabase>>;
let database: Database;

const open = () =>
  openDatabase({ url: place.DATABASE_URL, dataDir: place.DATA_DIR, root: join(import.meta.dirname, "../..") });

beforeAll(async () => {
  place = await migratedDatabase();
  database = await open();
});
afterAll(() => database.close());

test.runIf(isServer)("C1: a claim that waits for a commit is told that the line has changed", async () => {
  const session = await makeSession(database);
  const held = await database.pool.connect();
  await held.query("begin");
  await held.query(`update "Session" set "updatedAt" = now() where id = $1`, [session.id]);
  await held.query(`update "Branch" set "nextPosition" = 2 where id = $1`, [session.branchId]);
  const claimed = claimRun(database, claimOf(session, owner));
  await lockWaits(1);
  await held.query("commit");
  held.release();
  expect(await claimed).toBe("changed");
});

test.runIf(isServer)(
  "C1: a claim that waits for another claim is told that the session is busy or has changed",
  async () => {
    const session = await makeSession(database);
    const claims = await Promise.all([0, 1].map(() => claimRun({ ...database }, claimOf(session, newId()))));
    expect(claims.toSorted()).toEqual(["busy", "claimed"]);
  },
);

test("C2: a process does not take over what it runs itself, however late its renewal", async () => {
  const { runId } = await claimNew(database, owner);
  await expire(runId);
  expect((await takeExpiredRuns(database, owner, "expired", [runId])).map(({ id }) => id)).not.toContain(runId);
  expect([...(await renewLeases(database, owner, [runId])).keys()]).toEqual([runId]);
});

test("C2: a process takes what is its own by name and runs nowhere, once the lease is over", async () => {
  const { runId } = await claimNew(database, owner);
  expect(await takeExpiredRuns(database, owner, "expired", [])).toEqual([]);
  await expire(runId);
  expect((await takeExpiredRuns(database, owner, "expired", [])).map(({ id }) => id)).toEqual([runId]);
});

test("C15: events go though nobody pruned for longer than a day", async () => {
  const { runId } = await claimNew(database, owner);
  await commitRun(database, commitOf(runId, owner, { events: [{ type: "text-end" }] }));
  await database.pool.query(`update "Run" set "endedAt" = now() - interval '25 hours' where id = $1`, [runId]);
  expect(await readEvents(database, runId, 0)).toHaveLength(1);
  await pruneEvents(database);
  expect(await readEvents(database, runId, 0)).toEqual([]);
});

test("events of a run that ended a moment ago stay", async () => {
  const { runId } = await claimNew(database, owner);
  await commitRun(database, commitOf(runId, owner, { events: [{ type: "text-end" }] }));
  await pruneEvents(database);
  expect(await readEvents(database, runId, 0)).toHaveLength(1);
});

test.runIf(isServer)("C30: claims and commits of two instances meet in any order without a deadlock", async () => {
  const [one, two] = await Promise.all([open(), open()]);
  try {
    const sessions = await Promise.all(Array.from({ length: 24 }, () => makeSession(database)));
    const outcomes = await Promise.all([turns(one, sessions), turns(two, sessions.toReversed())]);
    const failures = outcomes.flat();
    expect(failures).toEqual([]);
    // A deadlock would be tried again; the order of locks lets none come up.
    const found = await database.pool.query(
      `select deadlocks::int as n from pg_stat_database where datname = current_database()`,
    );
    expect(found.rows).toEqual([{ n: 0 }]);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

test.runIf(isServer)("a batch of events waits for a take-over on its way, and is then not written", async () => {
  const { runId } = await claimNew(database, owner);
  const held = await database.pool.connect();
  await held.query("begin");
  await held.query(`update "Run" set "leaseOwner" = 'another' where id = $1`, [runId]);
  const written = appendEvents(database, owner, [{ runId, seqFrom: 1, events: [{ type: "text-end" }] }]);
  await lockWaits(1);
  await held.query("commit");
  held.release();
  expect((await written).size).toBe(0);
});

test.runIf(isServer)("C33: a commit whose answer was lost with its connection is known to be made", async () => {
  const { runId, session } = await claimNew(database, owner);
  const lossy = losingAnswers(database, 1);
  const commit = commitOf(runId, owner, { messages: [storedMessage("hello")] });
  expect(await commitRun(lossy, commit)).toBe(true);
  expect((await findRun(database, session.accountId, runId))?.run.status).toBe("completed");
});

test.runIf(isServer)("C33: a claim whose answer was lost with its connection is known to be made", async () => {
  const session = await makeSession(database);
  const lossy = losingAnswers(database, 1);
  expect(await claimRun(lossy, claimOf(session, owner))).toBe("claimed");
});

/** Many turns over the same sessions, one after the other in each of several lines; gives what failed. */
async function turns(on: Database, sessions: readonly StoredSession[]): Promise<string[]> {
  const failures: string[] = [];
  const line = async (at: number) => {
    for (let n = 0; n < 25; n++) {
      const session = sessions[(at + n * 7) % sessions.length];
      if (!session) continue;
      const mine = newId();
      try {
        const next = await database.pool.query<{ n: number }>(
          `select "nextPosition" as n from "Branch" where id = $1`,
          [session.branchId],
        );
        const claim = claimOf(session, mine, { nextPosition: next.rows[0]?.n ?? 0 });
        if ((await claimRun(on, claim)) !== "claimed") continue;
        await renewLeases(on, mine, [claim.runId]);
        await appendEvents(on, mine, [{ runId: claim.runId, seqFrom: 1, events: [{ type: "text-end" }] }]);
        await commitRun(on, { ...commitOf(claim.runId, mine, { messages: [storedMessage("x")] }) });
      } catch (thrown) {
        failures.push(String(thrown));
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, n) => line(n)));
  return failures;
}

/** A database whose connection is cut after a statement was run, so many times: the answer never comes. */
function losingAnswers(on: Database, times: number): Database {
  let left = times;
  const query = async (...given: readonly unknown[]) => {
    // The one form in which statements are run here.
    const result = await on.pool.query(given[0] as never);
    if (left-- > 0) throw new Error("Connection terminated unexpectedly");
    return result;
  };
  const pool = new Proxy(on.pool, { get: (target, name) => (name === "query" ? query : Reflect.get(target, name)) });
  return { ...on, pool };
}

const expire = (runId: string) =>
  database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [runId]);

/** Waits until so many statements of this database wait for a lock. */
async function lockWaits(count: number): Promise<void> {
  await expect
    .poll(async () => {
      const found = await database.pool.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`,
      );
      return found.rows[0]?.n ?? 0;
    })
    .toBeGreaterThanOrEqual(count);
}

test("I17-15: an index that is deleted while a turn or a session begins is left out", async () => {
  const session = await makeSession(database);
  const { accountId, projectId } = session;
  const kept = newId();
  await insertIndex(database, accountId, { id: kept, projectId, name: "Kept", description: null });
  const indexIds = [newId(), kept];
  expect(await claimRun(database, claimOf(session, owner, { bindIndexIds: indexIds }))).toBe("claimed");
  const id = newId();
  await insertSession(database, accountId, { ...UNSET, id, branchId: newId(), projectId, origin: "web", indexIds });
  const bound = await database.pool.query(`select "indexId" from "SessionIndex" where "sessionId" = any($1)`, [
    [session.id, id],
  ]);
  expect(bound.rows).toEqual([{ indexId: kept }, { indexId: kept }]);
});
