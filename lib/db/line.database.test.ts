import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { claimOf, makeSession, type StoredSession } from "../testing/stored-turns.ts";
import { claimRun } from "./claims.ts";
import { type Database, openDatabase } from "./database.ts";
import { forgetOthersInLine, joinLine, leaveLine, leaveLines, lookAtLine, pruneLines, renewPlaces } from "./line.ts";
import { findSessionWithAgents } from "./session-agents.ts";

let database: Database;
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
});
afterAll(() => database.close());

const [owner, other] = [newId(), newId()];
const joined = ({ accountId, id }: StoredSession, by: string, count: number) =>
  joinLine(database, { accountId, sessionId: id, owner: by, count, most: 10 });
const look = ({ accountId, id }: StoredSession, place: bigint | undefined) =>
  lookAtLine(database, { accountId, sessionId: id, place: place ?? 0n });
const isAwaited = async ({ accountId, id }: StoredSession) =>
  (await findSessionWithAgents(database, accountId, id))?.session.isAwaited;
const expire = (by: string, ago = "1 second") =>
  database.pool.query(`update "WaitingTurn" set "leaseUntil" = now() - $2::interval where owner = $1`, [by, ago]);

test("D15: places come in the order in which they are taken, whoever takes them, and never more than ten", async () => {
  const session = await makeSession(database);
  expect(await isAwaited(session)).toBe(false);
  const taken: bigint[] = [];
  for (const by of [owner, other, owner, other]) taken.push(...(await joined(session, by, 2)));
  expect(taken).toEqual(taken.toSorted((a, b) => (a < b ? -1 : 1)));
  expect([taken.length, await isAwaited(session)]).toEqual([8, true]);
  const atOnce = await Promise.all([joined(session, owner, 2), joined(session, other, 2), joined(session, owner, 1)]);
  expect(atOnce.flat()).toHaveLength(2);
  expect(await look(session, taken[0])).toMatchObject({ isThere: true, isAhead: false, runningRunId: null });
  expect(await look(session, taken[1])).toMatchObject({ isThere: true, isAhead: true });
});

test("D15: a place is its owner's to give up, and ends with its lease unless that is renewed", async () => {
  const session = await makeSession(database);
  const [mine] = await joined(session, owner, 1);
  const [theirs] = await joined(session, other, 1);
  await leaveLine(database, other, [mine ?? 0n]);
  expect(await look(session, theirs)).toMatchObject({ isAhead: true });
  await expire(owner);
  expect(await look(session, theirs)).toMatchObject({ isAhead: false });
  await renewPlaces(database, other, [mine ?? 0n]);
  expect(await look(session, theirs)).toMatchObject({ isAhead: false });
  await renewPlaces(database, owner, [mine ?? 0n]);
  expect(await look(session, theirs)).toMatchObject({ isAhead: true });
  await leaveLines(database, owner);
  expect(await look(session, mine)).toMatchObject({ isThere: false });
  expect(await look(session, theirs)).toMatchObject({ isThere: true, isAhead: false });
});

test("D15: what dead processes have left is forgotten", async () => {
  const session = await makeSession(database);
  const [old] = await joined(session, other, 1);
  await expire(other, "2 minutes");
  const [mine] = await joined(session, owner, 1);
  await pruneLines(database);
  expect((await look(session, old))?.isThere).toBe(false);
  const [theirs] = await joined(session, other, 1);
  await forgetOthersInLine(database, owner);
  expect([(await look(session, theirs))?.isThere, (await look(session, mine))?.isThere]).toEqual([false, true]);
});

test("D15: a look tells the turn that runs, and whether its process is gone; an account sees its own sessions alone", async () => {
  const session = await makeSession(database);
  const stranger = await makeSession(database);
  const claim = claimOf(session, owner);
  await claimRun(database, claim);
  expect(await look(session, 1n)).toMatchObject({ runningRunId: claim.runId, isLeaseOver: false });
  await database.pool.query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  expect(await look(session, 1n)).toMatchObject({ runningRunId: claim.runId, isLeaseOver: true });
  const foreign = { ...session, accountId: stranger.accountId };
  expect([await look(foreign, 1n), await joined(foreign, owner, 1)]).toEqual([null, []]);
});
