import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertGuest } from "../db/accounts.ts";
import { forgetDeletions } from "../db/session-changes.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/Write a title/, { content: "A made title" });
  api.model.onMessage(/./, { content: "an answer" });
});
afterAll(() => api.close());

const pool = () => api.server.parley.ports.database.pool;
const make = async (key?: string): Promise<string> =>
  (await api.call("POST", "/api/v1/chat", { body: {}, key })).body.session_id;
/**
 * Waits until every transaction that runs now has ended. While one does, in any database of the server, what was told
 * is told again, since nobody can know yet whether it changes something: here the files of tests that run beside this
 * one.
 */
const settled = async () => {
  const snapshot = "pg_current_snapshot()";
  const { rows } = await pool().query(`select pg_snapshot_xmax(${snapshot})::text as "end"`);
  const isPast = `select pg_snapshot_xmin(${snapshot}) >= $1::text::xid8 as "isPast"`;
  await expect.poll(async () => (await pool().query(isPast, [rows[0].end])).rows[0].isPast).toBe(true);
};
const since = async (token: string | null, key?: string) => {
  await settled();
  return sinceWhileOthersRun(token, key);
};
const sinceWhileOthersRun = async (token: string | null, key?: string) => {
  const query = token === null ? "" : `?since=${encodeURIComponent(token)}`;
  const { status, body } = await api.call("GET", `/api/app/changes${query}`, { key });
  expect(status).toBe(200);
  return body;
};
const now = async (): Promise<string> => (await since(null)).token;
const idsOf = (body: { items: { session_id: string }[] }) => body.items.map(({ session_id }) => session_id);

describe("C19: what changes is told", () => {
  const changes: [string, (id: string) => Promise<unknown>, object][] = [
    ["renamed", (id) => patch(id, { generated_title: "Mine" }), { generated_title: "Mine" }],
    ["pinned", (id) => patch(id, { pinned: true }), { pinned: true }],
    ["archived", (id) => patch(id, { archived: true }), { archived: true }],
    [
      "titled in the background",
      (id) => pool().query(`update "Session" set title = 'Made', "titleSource" = 'model' where id = $1`, [id]),
      { generated_title: "Made" },
    ],
    ["asked in", ask, { running_run_id: null, job_metadata: { is_error: false } }],
    ["cleared", (id) => api.call("DELETE", `/api/sessions/${id}/history`), {}],
    ["unpinned", (id) => patch(id, { pinned: false }), { pinned: false }],
    ["put back from the archive", (id) => patch(id, { archived: false }), { archived: false }],
    ["changed by Julep", (id) => api.call("PATCH", `/api/sessions/${id}`, { body: { situation: "At sea" } }), {}],
    ["on another branch", forkOf, {}],
  ];
  test.each(changes)("a session that is %s", async (_, change, expected) => {
    const id = await make();
    const token = await now();
    expect(idsOf(await since(token))).toEqual([]);
    await change(id);
    const told = await since(token);
    expect(told).toMatchObject({
      items: [{ session_id: id, ...expected }],
      deleted: [],
      has_more: false,
      reset: false,
    });
    expect(idsOf(await since(told.token))).toEqual([]);
  });

  test("a session that is made, in which a turn begins and ends with nothing kept, that is summarised and deleted", async () => {
    let token = await now();
    const news = async () => {
      const told = await since(token);
      ({ token } = told);
      return [idsOf(told), told.deleted];
    };
    const id = await make();
    expect(await news()).toEqual([[id], []]);
    await ask(id);
    expect(await news()).toEqual([[id], []]);
    await pool().query(
      `update "Run" set status = 'running', "leaseOwner" = 'x', "leaseUntil" = now() + interval '1 minute' where "sessionId" = $1`,
      [id],
    );
    expect(await news()).toEqual([[id], []]);
    await pool().query(`update "Run" set status = 'cancelled', "leaseOwner" = null where "sessionId" = $1`, [id]);
    expect(await news()).toEqual([[id], []]);
    await api.call("POST", `/api/app/sessions/${id}/summary`);
    expect(await news()).toEqual([[id], []]);
    await api.call("DELETE", `/api/v1/chat/${id}`);
    expect(await news()).toEqual([[], [id]]);
    expect(await news()).toEqual([[], []]);
  });
});

test("C19: sessions that are made through each dialect are told", async () => {
  const agent = (await api.call("POST", "/api/agents", { body: { name: "Ada" } })).body.id;
  const messages = [{ role: "user", content: "hello" }];
  const assistants = `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`;
  const makers: (() => Promise<{ status: number }>)[] = [
    () => api.call("POST", "/api/v1/chat", { body: {} }),
    () => api.call("POST", "/api/sessions", { body: { agent } }),
    () => api.call("POST", assistants, { body: { messages, create_session: true } }),
  ];
  for (const maker of makers) {
    const token = await now();
    expect((await maker()).status).toBeLessThan(300);
    expect(idsOf(await since(token))).toHaveLength(1);
  }
});

test("C19: more than one answer holds is told in pages, each change at least once, with what comes meanwhile", async () => {
  const made: string[] = [];
  let token = await now();
  for (let n = 0; n < 120; n++) made.push(await make());
  await pool().query(`update "Session" set title = 'at once' where id = any($1)`, [made.slice(0, 110)]);
  const told = new Set<string>();
  let pages = 0;
  for (let body = await since(token); ; body = await since(token)) {
    ({ token } = body);
    for (const id of idsOf(body)) told.add(id);
    if (pages++ === 0) made.push(await make());
    if (!body.has_more) break;
  }
  expect(pages).toBe(2);
  for (const id of idsOf(await since(token))) told.add(id);
  expect(made.filter((id) => !told.has(id))).toEqual([]);
});

test.skipIf(process.env.TEST_DATABASE !== "postgresql")(
  "C19: a change of a transaction that began earlier and commits later than the look is not missed",
  async () => {
    const [early, late] = [await make(), await make()];
    let token = await now();
    const slow = await pool().connect();
    await slow.query("begin");
    await slow.query(`update "Session" set title = 'slow' where id = $1`, [early]);
    await api.call("PATCH", `/api/v1/chat/${late}`, { body: { generated_title: "quick" } });
    const first = await sinceWhileOthersRun(token);
    expect(idsOf(first)).toEqual([late]);
    // A look that has seen nothing new, while the transaction is still open, moves on no further.
    ({ token } = await sinceWhileOthersRun(first.token));
    await slow.query("commit");
    slow.release();
    const second = await since(token);
    expect(second.items.find((item: { session_id: string }) => item.session_id === early)).toMatchObject({
      generated_title: "slow",
    });
    expect(idsOf(await since(second.token))).toEqual([]);
  },
);

test("C19: a token that is none, of another database, of a time to come, or too old is a reset", async () => {
  const token = await now();
  const [database = "", seen = ""] = token.split("_");
  const ahead = String(BigInt(seen) + 1_000_000n);
  for (const wrong of ["x", "2026-11-21T12:00:00Z", `${database}1_${seen}`, `${database}_${ahead}`, `${token}_1_x`]) {
    expect(await since(wrong)).toMatchObject({ items: [], deleted: [], has_more: false, reset: true });
  }
  const id = await make();
  await api.call("DELETE", `/api/v1/chat/${id}`);
  expect((await since(token)).deleted).toEqual([id]);
  const after = await now();
  await pool().query(`update "SessionChange" set "deletedAt" = now() - interval '2 days' where "sessionId" = $1`, [id]);
  expect(await forgetDeletions(api.server.parley.ports.database, 1000)).toBe(1);
  expect(await since(token)).toMatchObject({ reset: true });
  expect(await since(after)).toMatchObject({ deleted: [], reset: false });
  const { body } = await api.call("GET", `/api/app/changes?since=${"1".repeat(500)}`);
  expect(body.detail[0].loc).toEqual(["query", "since"]);
});

test("C19: nobody hears of another account's sessions", async () => {
  const other = await api.server.makeAccount();
  const token = await now();
  const id = await make(other.key);
  await api.call("DELETE", `/api/v1/chat/${id}`, { key: other.key });
  await make(other.key);
  expect(await since(token)).toMatchObject({ items: [], deleted: [] });
});

test("C19: a guest's sessions are news where they go, and an account that is deleted leaves nothing", async () => {
  const { database } = api.server.parley.ports;
  const guest = await insertGuest(database, newId());
  const id = await make();
  await pool().query(`update "Session" set "accountId" = $2 where id = $1`, [id, guest.id]);
  await pool().query(`update "SessionChange" set "changedIn" = 0 where "sessionId" = $1`, [id]);
  const token = await now();
  await pool().query(`update "Session" set "accountId" = $2 where id = $1`, [id, api.server.parley.ownerId]);
  expect(idsOf(await since(token))).toEqual([id]);
  await pool().query(`update "Session" set "accountId" = $2 where id = $1`, [id, guest.id]);
  await pool().query(`delete from "Account" where id = $1`, [guest.id]);
  const left = await pool().query(`select 1 from "SessionChange" where "accountId" = $1`, [guest.id]);
  expect(left.rows).toEqual([]);
});

function patch(id: string, body: object) {
  return api.call("PATCH", `/api/v1/chat/${id}`, { body });
}

/** Puts a session on a new branch: what was asked first is asked anew. */
async function forkOf(id: string): Promise<void> {
  const branches = `select count(*)::int as count from "Branch" where "sessionId" = $1`;
  await ask(id);
  const body = { index_ids: [], prompt: "hello again", parent_id: null };
  await api.call("POST", `/api/v1/chat/${id}/messages/stream`, { body });
  expect((await pool().query(branches, [id])).rows[0].count).toBe(2);
}

/** Asks, and waits until the answer is stored and the title made. */
async function ask(id: string): Promise<void> {
  await api.call("PATCH", `/api/v1/chat/${id}`, { body: { generated_title: "Named, so that no title is made" } });
  await api.call("POST", `/api/v1/chat/${id}/messages/stream`, { body: { index_ids: [], prompt: "hello" } });
}
