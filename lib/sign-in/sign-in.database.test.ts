import { afterAll, beforeAll, expect, test } from "vitest";
import { identitiesOf, signInWithIdentity } from "../core/accounts.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { fitsPassword } from "./password.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ GITHUB_CLIENT_ID: "client", GITHUB_CLIENT_SECRET: "secret" });
});
afterAll(() => api.close());

const SITE = { "sec-fetch-site": "same-origin" };
type Browser = Readonly<Record<string, string>>;

const call = (path: string, headers: Browser, body?: object) =>
  api.call("POST", path, { key: null, headers: { ...SITE, ...headers }, body });
const cookieText = (cookie: string | null): Browser => ({ cookie: cookie?.split(";")[0] ?? "" });
const cookieOf = (headers: Headers): Browser => cookieText(headers.get("set-cookie"));
const isIn = async (browser: Browser) =>
  (await api.call("GET", "/api/v1/chat", { key: null, headers: { ...SITE, ...browser } })).status === 200;

async function account(email: string): Promise<Browser> {
  return cookieOf((await call("/api/app/account", {}, { email, password: "the first password" })).headers);
}

test("a new password needs the present one, keeps this browser in and puts every other out", async () => {
  const browser = await account("ada@example.org");
  const wrong = await call("/api/app/account/password", browser, {
    current_password: "no",
    password: "a new password",
  });
  expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ["body", "current_password"]]);
  const short = await call("/api/app/account/password", browser, { password: "short" });
  expect([short.status, short.body.detail[0].loc]).toEqual([422, ["body", "password"]]);
  expect(await isIn(browser)).toBe(true);

  const change = { current_password: "the first password", password: "the second password" };
  const changed = await call("/api/app/account/password", browser, change);
  expect(changed.status).toBe(204);
  expect([await isIn(browser), await isIn(cookieOf(changed.headers))]).toEqual([false, true]);
  const { rows } = await api.server.parley.ports.database.pool.query(
    `select "passwordHash" as hash from "Account" where email = 'ada@example.org'`,
  );
  expect(await fitsPassword(rows[0].hash, "the second password")).toBe(true);
});

test("a password is tried ten times a minute and no more", async () => {
  const browser = await account("cy@example.org");
  const tries = [];
  for (let n = 0; n < 11; n++) {
    const body = { current_password: `guess ${n}`, password: "a new password" };
    tries.push((await call("/api/app/account/password", browser, body)).status);
  }
  expect(tries).toEqual([...Array(10).fill(422), 429]);
});

test("signing out everywhere keeps this browser and the API keys", async () => {
  const browser = await account("bob@example.org");
  const headers = { ...SITE, ...browser };
  const { key } = (await api.call("POST", "/api/app/keys", { key: null, headers, body: { name: "k" } })).body;
  const left = await call("/api/app/account/sign-out", browser);
  expect(left.status).toBe(204);
  expect([await isIn(browser), await isIn(cookieOf(left.headers))]).toEqual([false, true]);
  expect((await api.call("GET", "/api/v1/chat", { key })).status).toBe(200);
});

test("the owner, who has no address, sets one with a password", async () => {
  const browser = { cookie: await api.server.signIn() };
  const none = await call("/api/app/account/password", browser, { password: "a long password" });
  expect([none.status, none.body.detail[0].loc]).toEqual([422, ["body", "email"]]);
  const taken = { email: "ada@example.org", password: "a long password" };
  expect((await call("/api/app/account/password", browser, taken)).status).toBe(409);
  const set = await call("/api/app/account/password", browser, { ...taken, email: "owner@example.org" });
  expect([set.status, await isIn(cookieOf(set.headers))]).toEqual([204, true]);
});

test("neither a key nor a guest changes how somebody signs in", async () => {
  for (const path of ["/api/app/account/password", "/api/app/account/sign-out"]) {
    const body = { password: "a long password", email: "x@example.org" };
    expect((await api.call("POST", path, { body })).status).toBe(403);
    const guest = await api.call("POST", "/api/v1/chat", { key: null, headers: SITE, body: {} });
    expect((await call(path, cookieOf(guest.headers), body)).status).toBe(403);
    expect((await call(path, {}, body)).status).toBe(401);
  }
});

test("an identity is disconnected by its account alone, and not while it is the only way in", async () => {
  const { ports } = api.server.parley;
  const disconnect = async (browser: Browser, id: string) =>
    (await api.call("DELETE", `/api/app/account/identities/${id}`, { key: null, headers: { ...SITE, ...browser } }))
      .status;
  const identity = { provider: "github", subject: "1", label: "dora" };
  const accountId = await signInWithIdentity(ports, identity, { visitorId: null, isSignUpOpen: true });
  // Whom it once signed in with is no longer offered, and is no way in.
  const gone = { provider: "https://gone.example.org", subject: "1", label: "dora" };
  await signInWithIdentity(ports, gone, { visitorId: accountId, isSignUpOpen: true });
  const [github, old] = await identitiesOf(ports, accountId);
  expect([github, old]).toMatchObject([identity, gone]);
  const [githubId, oldId] = [github?.id ?? "", old?.id ?? ""];

  let browser = { cookie: await api.server.signIn(accountId) };
  const stranger = await account("eve@example.org");
  for (const id of [githubId, "github", newId()]) expect(await disconnect(stranger, id)).toBe(404);
  expect(await disconnect(browser, githubId)).toBe(409);
  expect(await disconnect(browser, oldId.toUpperCase())).toBe(204);
  // Who somebody is has changed.
  expect(await isIn(browser)).toBe(false);
  browser = { cookie: await api.server.signIn(accountId) };
  expect(await disconnect(browser, oldId)).toBe(404);
  expect(await disconnect(browser, githubId)).toBe(409);
  const other = { provider: "github", subject: "2", label: "dora at work" };
  await signInWithIdentity(ports, other, { visitorId: accountId, isSignUpOpen: true });
  const last = (await identitiesOf(ports, accountId))[1]?.id ?? "";
  browser = { cookie: await api.server.signIn(accountId) };
  const both = (await Promise.all([githubId, last].map((id) => disconnect(browser, id)))).sort();
  // The slower one finds the last way in, or its sign-in ended.
  expect(both).toEqual([204, expect.toSatisfy((status) => status === 409 || status === 401)]);
  expect(await identitiesOf(ports, accountId)).toHaveLength(1);
});
