import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { insertRows, type Rows } from "../testing/rows.ts";
import { type Database, openDatabase } from "./database.ts";
import { listSessions } from "./sessions.ts";

let database: Database;
let own: Rows;
const added: string[] = [];
beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
  own = await insertRows(database);
  for (let n = 0; n < 5; n++) {
    const [id, branchId] = [newId(), newId()];
    added.push(id);
    await database.pool.query(
      `with session as (
         insert into "Session" (id, "accountId", "projectId", origin, "activeBranchId", "updatedAt")
         values ($1, $2, $3, 'web', $4, now() + $5 * interval '1 minute') returning id, "activeBranchId"
       ) insert into "Branch" (id, "sessionId", path) select "activeBranchId", id, '[]' from session`,
      [id, own.accountId, own.projectId, branchId, 5 - n],
    );
  }
});
afterAll(() => database.close());

const list = (limit: number) =>
  listSessions(database, own.accountId, { projectId: null, after: null, archived: null, withEmpty: true, limit });
const ids = async (limit: number) => (await list(limit)).map(({ id }) => id);

/** Does something before a statement runs for the first time. */
function before(name: RegExp, act: () => Promise<unknown>) {
  const { query } = database.pool;
  let isDone = false;
  return vi.spyOn(database.pool, "query").mockImplementation(async (...given: Parameters<typeof query>) => {
    if (!isDone && name.test(JSON.stringify(given[0]))) {
      isDone = true;
      await act();
    }
    return query.apply(database.pool, given);
  });
}

test("a session that changes while a list is read stands in it once, with the time of its place", async () => {
  const [first, second] = await list(3);
  const spied = before(/"find-sessions /u, () =>
    database.pool.query(`update "Session" set title = 'New', "updatedAt" = now() + interval '1 hour' where id = $1`, [
      second?.id,
    ]),
  );
  const found = await list(3);
  spied.mockRestore();
  expect(found.map(({ id }) => id)).toEqual(added.slice(0, 3));
  expect(found[1]).toMatchObject({ title: "New", updatedAt: second?.updatedAt });
  expect(await ids(2)).toEqual([second?.id, first?.id]);
});

test("a list that loses a session while it is read is as long as it was asked for", async () => {
  const [gone = "", ...rest] = await ids(5);
  const spied = before(/"find-sessions /u, () => database.pool.query(`delete from "Session" where id = $1`, [gone]));
  expect(await ids(4)).toEqual(rest);
  spied.mockRestore();
});
