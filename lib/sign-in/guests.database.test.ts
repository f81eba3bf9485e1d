import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createAccount, takeGuestAlong } from "../core/accounts.ts";
import { removeIdleGuests } from "../core/guests.ts";
import { hourlyTidying } from "../core/tidy.ts";
import { insertGuest } from "../db/accounts.ts";
import { newId } from "../domain/ids.ts";
import { type Answer, type Api, openApi } from "../testing/api.ts";
import { OPEN_ROUTES, routeTable } from "../testing/server.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  api.model.onMessage(/./, { content: "hello" });
});
afterAll(() => api.close());
afterEach(() => sql(`delete from "Account" where kind = 'guest'`));

const SITE = { "sec-fetch-site": "same-origin" };
const PATHS = routeTable()
  .map(({ path }) => path)
  .filter((path) => /^\/api\/(?:app|v1)\//u.test(path) && !OPEN_ROUTES.includes(path));
const MISSHAPEN = { index_ids: 1, prompt: 1, first_message: 1, name: 1 };
/** Gets past every schema of a surface that takes guests, but names what is not there. */
const UNKNOWN = {
  index_ids: ["00000000-0000-4000-8000-000000000000"],
  prompt: "x",
  first_message: "x",
  model: "no such model",
  name: "x",
  type: "function",
  function: { parameters: {} },
};

const sql = async (text: string, values: unknown[] = []) =>
  (await api.server.parley.ports.database.pool.query(text, values)).rows;
const guests = async () => (await sql(`select id from "Account" where kind = 'guest'`)).length;
const visit = (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> =>
  api.call(method, path, { key: null, headers: { ...SITE, ...headers }, body });
const cookieOf = ({ headers }: Answer) => ({ cookie: headers.get("set-cookie")?.split(";")[0] ?? "" });
/** The path with ids that nothing has; of a project too, as an index needs no other. */
const filled = (path: string) =>
  `${path.replaceAll(/\[[^\]]+\]/gu, newId())}${path === "/api/v1/indexes" ? `?project_id=${newId()}` : ""}`;

/** An index needs no more than a name: what else is said of it is wrong. */
const NEED_A_NAME: readonly string[] = ["/api/app/indexes", "/api/v1/beta/directories"];

test.each(PATHS)("C14: no bad request to %s makes a guest", async (path) => {
  const unknown = NEED_A_NAME.includes(path) ? { ...UNKNOWN, description: 1 } : UNKNOWN;
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
    for (const body of method === "GET" || method === "HEAD" ? [undefined] : ["{", "[]", MISSHAPEN, unknown]) {
      const { status, headers } = await api.send(method, filled(path), { key: null, headers: SITE, body });
      expect([method, status]).toEqual([method, expect.toSatisfy((code) => code >= 400 && code < 500)]);
      expect(headers.get("set-cookie")).toBeNull();
    }
  }
  expect(await guests()).toBe(0);
});

test("C14: what is wrong with a visitor's request is told before a guest is made, and in the same words", async () => {
  const bad = await visit("POST", "/api/v1/chat", { index_ids: 7 });
  expect([bad.status, bad.body.detail[0].loc]).toEqual([422, ["body", "index_ids"]]);
  expect((await visit("PATCH", `/api/app/agents/${newId()}`, { name: "x" })).status).toBe(404);
  expect((await visit("PATCH", `/api/app/agents/${newId()}`, { name: 1 })).status).toBe(422);
  expect(await guests()).toBe(0);
});

test("C14: the first write makes one guest, and its cookie finds what was written", async () => {
  const made = await visit("POST", "/api/v1/chat", {});
  expect([made.status, await guests()]).toEqual([200, 1]);
  const listed = await visit("GET", "/api/v1/chat", undefined, cookieOf(made));
  expect(listed.body.items).toHaveLength(1);
  expect((await visit("POST", "/api/v1/chat", {}, cookieOf(made))).headers.get("set-cookie")).toBeNull();
  expect(await guests()).toBe(1);
});

test("C14: a request that fails after it has stored something gives the cookie all the same", async () => {
  const { asGuest } = await import("./guest.ts");
  const accountId = newId();
  const told: string[] = [];
  const caller = { accountId, signInId: newId(), keyId: null, grant: null, via: "cookie", isVisitor: true } as const;
  const answer = asGuest(api.server.parley, new Request("http://parley.test"), caller, {
    tell: (cookie) => told.push(cookie),
    async answer() {
      await sql(`insert into "ApiKey" (id, "accountId", hash, hint, name) values ($1, $2, $3, '', 'kept')`, [
        newId(),
        accountId,
        newId(),
      ]);
      throw new Error("after the write");
    },
  });
  await expect(answer).rejects.toThrow("after the write");
  expect([told.length, await guests()]).toEqual([1, 1]);
});

test("C14, S7: guests that have nothing go after a day, those that nobody sees after 30 days, and no others", async () => {
  const made = { fresh: 0, empty: 2, asked: 2, asking: 2, kept: 25, left: 31, seen: 100, called: 100 };
  const ids = new Map<string, string>();
  for (const [name, days] of Object.entries(made)) {
    const answer = await visit("POST", "/api/v1/chat", {});
    const [account] = await sql(`select "accountId" as id from "Session" where id = $1`, [answer.body.session_id]);
    ids.set(name, account.id);
    const age = [account.id, days];
    await sql(`update "Account" set "createdAt" = now() - make_interval(days => $2) where id = $1`, age);
    await sql(`update "Agent" set "updatedAt" = now() - make_interval(days => $2) where "accountId" = $1`, age);
    await sql(`update "Session" set "updatedAt" = now() - make_interval(days => $2) where "accountId" = $1`, age);
  }
  await sql(`delete from "Session" where "accountId" = any($1)`, [
    ["fresh", "empty", "asked", "asking"].map((name) => ids.get(name)),
  ]);
  for (const [name, days] of [
    ["asked", 2],
    ["asking", 0],
  ]) {
    const run = [newId(), ids.get(String(name)), days];
    await sql(
      `insert into "Run" (id, "accountId", dialect, status, stores, "createdAt")
       values ($1, $2, 'web', 'completed', false, now() - make_interval(days => $3))`,
      run,
    );
  }
  await sql(`update "Session" set "updatedAt" = now() - interval '3 days' where "accountId" = $1`, [ids.get("seen")]);
  await sql(
    `insert into "ApiKey" (id, "accountId", hash, hint, name, "createdAt", "lastUsedAt")
     values ($1, $2, $3, '', 'used', now() - interval '100 days', now() - interval '1 day')`,
    [newId(), ids.get("called"), newId()],
  );
  const persons = await sql(`select count(*) from "Account" where kind = 'person'`);
  expect(await removeIdleGuests(api.server.parley.ports)).toBe(3);
  const left = new Set((await sql(`select id from "Account" where kind = 'guest'`)).map(({ id }) => id));
  expect([...ids].flatMap(([name, id]) => (left.has(id) ? [name] : []))).toEqual([
    "fresh",
    "asking",
    "kept",
    "seen",
    "called",
  ]);
  expect(await sql(`select count(*) from "Account" where kind = 'person'`)).toEqual(persons);
  expect(await sql(`select id from "Session" where "accountId" = $1`, [ids.get("left")])).toEqual([]);
});

test("C14: what is no longer needed goes once an hour, however often one asks", async () => {
  const tidy = hourlyTidying(api.server.parley.ports);
  const old = () =>
    sql(`insert into "Account" (id, kind, "createdAt") values ($1, 'guest', now() - interval '2 days')`, [newId()]);
  await old();
  await tidy();
  expect(await guests()).toBe(0);
  await old();
  await tidy();
  expect(await guests()).toBe(1);
});

test("C10: what is remembered of keys has an end", async () => {
  const { touchedKeys, callers } = api.server.parley;
  for (let n = 0; n < 10_002; n++) touchedKeys.set(`gone ${n}`, Date.now());
  for (let n = 0; n < 20; n++) expect((await api.call("GET", "/api/v1/chat", { key: `wrong ${n}` })).status).toBe(401);
  expect([...callers.keys()].filter((name) => name.startsWith("key ")).length).toBeLessThanOrEqual(1);
  const { key } = await api.server.makeAccount();
  expect((await api.call("GET", "/api/v1/chat", { key })).status).toBe(200);
  expect(touchedKeys.size).toBe(1);
});

test("a guest that signs in elsewhere while it makes an account is told that, and not that its address is taken", async () => {
  const { ports } = api.server.parley;
  const guestId = newId();
  await insertGuest(ports.database, guestId);
  const { id: accountId } = await api.server.makeAccount();
  const making = createAccount(ports, {
    email: "between@example.org",
    guestId,
    async hashPassword() {
      expect(await takeGuestAlong(ports, guestId, accountId)).toBe(true);
      return "a hash";
    },
  });
  await expect(making).rejects.toMatchObject({
    code: "conflict",
    message: "You have signed in or made an account meanwhile. Reload the page.",
  });
});
