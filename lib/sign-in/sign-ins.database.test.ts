import { afterAll, beforeAll, expect, test } from "vitest";
import { signInWithIdentity } from "../core/accounts.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { type Browser, openBrowser } from "../testing/browser.ts";
import { forgetCallers } from "./authenticate.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ GITHUB_CLIENT_ID: "client", GITHUB_CLIENT_SECRET: "secret" });
});
afterAll(() => api.close());

const SITE = { "sec-fetch-site": "same-origin" };
const PASSWORD = "seven ferries at dawn";

const open = (userAgent?: string) => openBrowser(api, userAgent === undefined ? {} : { "user-agent": userAgent });

/** Another browser with the cookies of one as of now: what somebody has who took or planted them. */
const copyOf = (browser: Browser) => openBrowser(api, {}, browser.jar);

async function signUp(browser: Browser, email = `${newId()}@example.org`): Promise<string> {
  const made = await browser.call("POST", "/api/app/account", { email, password: PASSWORD });
  expect(made.status).toBe(200);
  return email;
}

async function signIn(browser: Browser, email: string): Promise<void> {
  expect(await browser.signIn(email, PASSWORD)).toBe(true);
}

const list = async (browser: Browser) => (await browser.call("GET", "/api/app/account/sign-ins")).body.items;

test("S19: signing out ends the cookie itself, also for somebody who has a copy of it", async () => {
  const browser = open();
  const email = await signUp(browser);
  const copy = copyOf(browser);
  await browser.signOut();
  expect([browser.jar.has("session"), await browser.isIn(), await copy.isIn()]).toEqual([false, false, false]);
  await signIn(browser, email);
  expect([await browser.isIn(), await copy.isIn()]).toEqual([true, false]);
});

test("S19: browsers are listed with this one among them, and each can be ended", async () => {
  const browser = open();
  const email = await signUp(browser);
  const phone = open("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1");
  await signIn(phone, email);
  const items = await list(browser);
  expect(items).toEqual([
    { ...items[0], browser: "Safari on iOS", is_this: false },
    { ...items[1], browser: "Firefox on Linux", is_this: true },
  ]);
  expect(Object.keys(items[0]).sort()).toEqual(["browser", "created_at", "id", "is_this", "seen_at"]);
  expect((await browser.call("DELETE", `/api/app/account/sign-ins/${items[0].id}`)).status).toBe(204);
  expect([await phone.isIn(), await browser.isIn()]).toEqual([false, true]);
  expect((await browser.call("DELETE", `/api/app/account/sign-ins/${items[0].id}`)).status).toBe(404);
  expect((await browser.call("DELETE", "/api/app/account/sign-ins/x")).status).toBe(404);
});

test("S19: nobody lists or ends the sign-ins of another account, a guest's or with a key", async () => {
  const [browser, stranger, guest] = [open(), open(), open()];
  await signUp(browser);
  await signUp(stranger);
  await guest.call("POST", "/api/v1/chat", {});
  const [{ id }] = await list(browser);
  expect((await stranger.call("DELETE", `/api/app/account/sign-ins/${id}`)).status).toBe(404);
  for (const [method, path] of [
    ["GET", "/api/app/account/sign-ins"],
    ["DELETE", `/api/app/account/sign-ins/${id}`],
  ] as const) {
    expect((await guest.call(method, path)).status).toBe(403);
    expect((await api.call(method, path)).status).toBe(403);
    expect((await api.call(method, path, { key: null, headers: SITE })).status).toBe(401);
  }
  expect(await browser.isIn()).toBe(true);
});

test("S19: signing out everywhere ends every copy, this browser's too, which gets a new one", async () => {
  const browser = open();
  const email = await signUp(browser);
  const [copy, other] = [copyOf(browser), open()];
  await signIn(other, email);
  expect((await browser.call("POST", "/api/app/account/sign-out")).status).toBe(204);
  expect([await browser.isIn(), await copy.isIn(), await other.isIn()]).toEqual([true, false, false]);
  expect(await list(browser)).toHaveLength(1);
});

test("S19: an account has fifty sign-ins, and its own oldest ends for one more", async () => {
  const [other, browser] = [open(), open()];
  await signUp(other);
  await signUp(browser);
  const { pool } = api.server.parley.ports.database;
  const { rows } = await pool.query(`select "accountId" as id from "SignIn" order by "createdAt" desc limit 1`);
  for (let n = 0; n < 50; n++) await api.server.signIn(rows[0].id);
  forgetCallers(api.server.parley);
  expect([await browser.isIn(), await other.isIn()]).toEqual([false, true]);
  const left = await pool.query(`select count(*)::int as n from "SignIn" where "accountId" = $1`, [rows[0].id]);
  expect(left.rows[0].n).toBe(50);
});

test("S19: a sign-in that is over speaks for nobody, and is swept", async () => {
  const browser = open();
  await signUp(browser);
  const { pool } = api.server.parley.ports.database;
  const [{ id }] = await list(browser);
  await pool.query(`update "SignIn" set "expiresAt" = now() - interval '1 second' where id = $1`, [id]);
  forgetCallers(api.server.parley);
  expect(await browser.isIn()).toBe(false);
  const { hourlyTidying } = await import("../core/tidy.ts");
  await hourlyTidying(api.server.parley.ports)();
  expect((await pool.query(`select 1 from "SignIn" where id = $1`, [id])).rows).toEqual([]);
});

test("S19: when a browser was seen is noted for it alone, now and then; its sign-in speaks for its own account alone", async () => {
  const { parley, makeAccount } = api.server;
  const { pool } = parley.ports.database;
  const browser = open();
  await signUp(browser);
  const [{ id }] = await list(browser);
  const seen = async () => {
    const { rows } = await pool.query(
      `select now() - "seenAt" < interval '1 minute' as now from "SignIn" where id = $1`,
      [id],
    );
    return rows[0].now;
  };
  await pool.query(`update "SignIn" set "seenAt" = now() - interval '11 minutes' where id = $1`, [id]);
  forgetCallers(parley);
  const other = await makeAccount();
  const { sessionCookie } = await import("./session-cookie.ts");
  const { touchSignIn } = await import("../db/sign-ins.ts");
  const mixed = open();
  mixed.keep([await sessionCookie({ sub: other.id, signIn: id }, parley.secret, false)]);
  expect(await mixed.isIn()).toBe(false);
  await touchSignIn(parley.ports.database, other.id, id);
  expect(await seen()).toBe(false);
  expect(await browser.isIn()).toBe(true);
  await expect.poll(seen).toBe(true);
});

test("S19: next-auth's own look at a session lets nobody in whose sign-in has ended", async () => {
  const browser = open();
  await signUp(browser);
  const copy = copyOf(browser);
  await browser.signOut();
  expect((await copy.auth("GET", "session")).body).toEqual({});
  expect(copy.jar.has("session")).toBe(false);
});

test("S3: a guest's cookie that somebody has planted dies when the browser's person signs in by a provider", async () => {
  const { ports } = api.server.parley;
  const attacker = open();
  await attacker.call("POST", "/api/v1/chat", {});
  for (const isNew of [true, false]) {
    const guest = open();
    await guest.call("POST", "/api/v1/chat", {});
    const planted = copyOf(guest);
    const identity = { provider: "github", subject: newId(), label: "ada" };
    if (!isNew) await signInWithIdentity(ports, identity, { visitorId: null, isSignUpOpen: true });
    const [row] = await sessionsOwner(guest);
    await signInWithIdentity(ports, identity, { visitorId: row.id, isSignUpOpen: true });
    forgetCallers(api.server.parley);
    expect([isNew, await planted.isIn()]).toEqual([isNew, false]);
    const key = await planted.call("POST", "/api/app/keys", { name: "x" });
    expect(key.status).toBe(401);
  }
});

test("S3: the same for a person who signs in or up with a password, and the browser's other cookies stay nobody's", async () => {
  const email = await signUp(open());
  for (const become of [(one: Browser) => signIn(one, email), (one: Browser) => signUp(one)]) {
    const guest = open();
    await guest.call("POST", "/api/v1/chat", {});
    const planted = copyOf(guest);
    await become(guest);
    expect([await guest.isIn(), await planted.isIn()]).toEqual([true, false]);
    expect((await guest.call("GET", "/api/v1/chat")).body.items.length).toBeGreaterThan(0);
  }
});

test("S3: who makes an account in a browser where a person without an address is signed in gets one of its own", async () => {
  const { ports } = api.server.parley;
  const identity = { provider: "github", subject: newId(), label: "mallory" };
  const mallory = await signInWithIdentity(ports, identity, { visitorId: null, isSignUpOpen: true });
  const browser = open();
  browser.keep((await api.server.signIn(mallory)).split("; "));
  const planted = copyOf(browser);
  const email = await signUp(browser);
  const { rows } = await ports.database.pool.query(`select id from "Account" where email = $1`, [email]);
  expect(rows[0].id).not.toBe(mallory);
  // The sign-in that was in the browser ended with it.
  expect(await planted.isIn()).toBe(false);
});

test("S3: each way into an account that comes or goes ends the sign-ins of before", async () => {
  const { ports } = api.server.parley;
  const browser = open();
  await signUp(browser);
  const [{ id: accountId }] = await ports.database.pool
    .query(`select "accountId" as id from "SignIn" where id = $1`, [(await list(browser))[0].id])
    .then(({ rows }) => rows);
  const copy = copyOf(browser);
  const identity = { provider: "github", subject: newId(), label: "ada" };
  await signInWithIdentity(ports, identity, { visitorId: accountId, isSignUpOpen: false });
  forgetCallers(api.server.parley);
  expect(await copy.isIn()).toBe(false);
});

test("S3: an identity is added to the account of the browser where its person has asked for it, and else to none", async () => {
  const { nextAuthOptions } = await import("./next-auth.ts");
  const { ports } = api.server.parley;
  const vouch = async (browser: Browser): Promise<string | null> => {
    const request = new Request("http://parley.test/api/auth/callback/github", { headers: browser.headers() });
    const [user, providerAccountId] = [{ id: "1", email: "victim@example.org" }, newId()];
    const account = { type: "oauth", provider: "github", providerAccountId } as const;
    const { callbacks } = nextAuthOptions(api.server.parley, request, () => {});
    expect(await callbacks?.signIn?.({ user, account })).toBe(true);
    const { rows } = await ports.database.pool.query(`select "accountId" as id from "Identity" where subject = $1`, [
      providerAccountId,
    ]);
    return rows[0].id;
  };
  const browser = open();
  const email = await signUp(browser);
  const { rows } = await ports.database.pool.query(`select id from "Account" where email = $1`, [email]);
  expect(await vouch(browser)).not.toBe(rows[0].id);

  expect((await browser.call("POST", "/api/app/account/connect")).status).toBe(204);
  const asked = browser.jar.get("connecting") ?? "";
  const other = open();
  await signIn(other, email);
  other.jar.set("connecting", asked);
  // Of another sign-in.
  expect(await vouch(other)).not.toBe(rows[0].id);
  expect(await vouch(browser)).toBe(rows[0].id);

  const guest = open();
  await guest.call("POST", "/api/v1/chat", {});
  expect((await guest.call("POST", "/api/app/account/connect")).status).toBe(403);
  const [{ id }] = await sessionsOwner(guest);
  expect(await vouch(guest)).toBe(id);
});

test("a sign-in that was found right before the account changed is none", async () => {
  const { enter } = await import("./signed-in.ts");
  const id = (await api.server.makeAccount()).id;
  await api.server.parley.ports.database.pool.query(
    `update "Account" set "tokenVersion" = "tokenVersion" + 1 where id = $1`,
    [id],
  );
  const entering = enter(api.server.parley, new Request("http://parley.test"), { accountId: id, tokenVersion: 0 });
  await expect(entering).rejects.toMatchObject({ code: "unauthenticated" });
});

async function sessionsOwner(browser: Browser) {
  const { items } = (await browser.call("GET", "/api/v1/chat")).body;
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select "accountId" as id from "Session" where id = $1`,
    [items[0].session_id],
  );
  return rows;
}
