import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { type Browser, openBrowser } from "../testing/browser.ts";
import * as passwords from "./password.ts";

vi.mock(import("./password.ts"), async (original) => {
  const real = await original();
  // The real ones, counted.
  return { ...real, fitsPassword: vi.fn(real.fitsPassword), hashPassword: vi.fn(real.hashPassword) };
});

let api: Api;
beforeAll(async () => {
  // In this process nobody else says where a request comes from.
  api = await openApi({ TRUSTED_PROXIES: "1", SIGN_UP: "on" });
});
afterAll(() => api.close());
beforeEach(() => {
  vi.mocked(passwords.fitsPassword).mockClear();
});

const PASSWORD = "seven ferries at dawn";
let addresses = 0;
/** An address that no other test has. */
const newAddress = () => `203.0.${Math.floor(++addresses / 250)}.${addresses % 250}`;
const at = (address: string, cookies?: ReadonlyMap<string, string>): Browser =>
  openBrowser(api, { "x-forwarded-for": address }, cookies);

async function account(): Promise<{ readonly email: string; readonly browser: Browser }> {
  const [browser, email] = [at(newAddress()), `${newId()}@example.org`];
  const made = await browser.call("POST", "/api/app/account", { email, password: PASSWORD });
  expect(made.status).toBe(200);
  return { email, browser };
}

test("S9: ten tries a minute at one account, however its address is spelled and wherever they come from", async () => {
  const { email } = await account();
  const spellings = [email, email.toUpperCase(), ` ${email} `, email.replace("example", "ｅｘａｍｐｌｅ")];
  for (let n = 0; n < 12; n++) {
    expect(await at(newAddress()).signIn(spellings[n % 4] ?? "", "not the password")).toBe(false);
  }
  expect(await at(newAddress()).signIn(email, PASSWORD)).toBe(false);
});

test("S9: an address in any spelling is one account", async () => {
  const name = newId();
  const [first, second] = [at(newAddress()), at(newAddress())];
  const make = (browser: Browser, email: string) =>
    browser.call("POST", "/api/app/account", { email, password: PASSWORD });
  const made = await make(first, `  ${name.toUpperCase()}@Bücher.Example `);
  expect([made.status, made.body.email]).toEqual([200, `${name}@xn--bcher-kva.example`]);
  for (const email of [`${name}@bücher.example`, `${name}@xn--bcher-kva.example`, `${name}@BU\u0308CHER.example`]) {
    expect([email, (await make(second, email)).status]).toEqual([email, 409]);
    expect([email, await at(newAddress()).signIn(email, PASSWORD)]).toEqual([email, true]);
  }
});

test("S9: strangers' tries do not lock out a browser that has been signed in before, nor do its own lock others", async () => {
  const { email, browser } = await account();
  await browser.signOut();
  for (let n = 0; n < 15; n++) await at(newAddress()).signIn(email, "not the password");
  expect(await at(newAddress()).signIn(email, PASSWORD)).toBe(false);
  expect(await browser.signIn(email, PASSWORD)).toBe(true);
  await browser.signOut();
  for (let n = 0; n < 12; n++) await browser.signIn(email, "not the password");
  expect(await browser.signIn(email, PASSWORD)).toBe(false);
});

test("S9: being known to one account helps with no other", async () => {
  const [victim, attacker] = [await account(), await account()];
  await attacker.browser.signOut();
  for (let n = 0; n < 10; n++) await attacker.browser.signIn(victim.email, "not the password");
  expect(await attacker.browser.signIn(victim.email, PASSWORD)).toBe(false);
});

test("S9: a cookie that says a browser is known and was made by somebody else says nothing", async () => {
  const { email, browser } = await account();
  const forged = new Map([["known", `${browser.jar.get("known")?.slice(0, -4)}AAAA`]]);
  for (let n = 0; n < 10; n++) await at(newAddress(), forged).signIn(email, "not the password");
  expect(await at(newAddress(), forged).signIn(email, PASSWORD)).toBe(false);
  // Nor is it a sign-in.
  const confused = new Map([["session", browser.jar.get("known") ?? ""]]);
  expect(await at(newAddress(), confused).isIn()).toBe(false);
});

test("S9: a refused try costs the work of a wrong password, and so does an unknown address", async () => {
  const { email } = await account();
  for (let n = 0; n < 10; n++) await at(newAddress()).signIn(email, "not the password");
  vi.mocked(passwords.fitsPassword).mockClear();
  await at(newAddress()).signIn(email, PASSWORD);
  await at(newAddress()).signIn(`${newId()}@example.org`, PASSWORD);
  expect(passwords.fitsPassword).toHaveBeenCalledTimes(2);
});

test("S8: thirty tries a minute from one address, whosever accounts they are at; IPv6 counts by its network", async () => {
  const { email } = await account();
  for (let n = 0; n < 30; n++) await at(`2001:db8:0:1::${n + 1}`).signIn(`${newId()}@example.org`, "not the password");
  expect(await at("2001:db8:0:1:ffff::1").signIn(email, PASSWORD)).toBe(false);
  expect(await at("2001:db8:0:2::1").signIn(email, PASSWORD)).toBe(true);
});

test("S8: ten accounts an hour from one address, taken ones counted", async () => {
  const { email } = await account();
  const address = newAddress();
  const make = async (wanted: string) =>
    (await at(address).call("POST", "/api/app/account", { email: wanted, password: PASSWORD })).status;
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) statuses.push(await make(n < 5 ? email : `${newId()}@example.org`));
  expect(statuses).toEqual([...Array(5).fill(409), ...Array(5).fill(200), 429, 429]);
});

test("S8: what is tried beside the sign-in page is counted as any request is", async () => {
  const { limits } = api.server.parley;
  const { tooManyFrom } = await import("./sign-in-limit.ts");
  const count = vi.spyOn(limits, "countRequest");
  const request = new Request("http://parley.test/api/auth/csrf", { headers: { "x-forwarded-for": "203.0.113.1" } });
  expect(await tooManyFrom(api.server.parley, request)).toBeNull();
  expect(count).toHaveBeenCalledWith("203.0.113.1");
  const { ChatError } = await import("../domain/errors.ts");
  count.mockRejectedValueOnce(new ChatError("rate-limited", "The limit is reached", { retryAfterSeconds: 7 }));
  const refused = await tooManyFrom(api.server.parley, request);
  expect([refused?.status, refused?.headers.get("retry-after"), await refused?.json()]).toEqual([
    429,
    "7",
    { url: "http://parley.test/sign-in?error=limit", detail: "The limit is reached" },
  ]);
  count.mockRestore();
});

test("S23: a password that is tried first is refused at its field, for a new account and a new password", async () => {
  const email = `lovelace.${newId().slice(0, 8)}@example.org`;
  const browser = at(newAddress());
  for (const password of ["password1234", "1234567890", email]) {
    const refused = await browser.call("POST", "/api/app/account", { email, password });
    expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "password"]]);
  }
  const owner = await account();
  const body = { current_password: PASSWORD, password: "qwertyuiop1" };
  const refused = await owner.browser.call("POST", "/api/app/account/password", body);
  expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "password"]]);
  expect(await owner.browser.isIn()).toBe(true);
});

test("S23: a password fits however a keyboard composes its letters", async () => {
  const [browser, email] = [at(newAddress()), `${newId()}@example.org`];
  await browser.call("POST", "/api/app/account", { email, password: "grüße vom schloß" });
  expect(await at(newAddress()).signIn(email, "gru\u0308ße vom schloß")).toBe(true);
  const { pool } = api.server.parley.ports.database;
  const { hash } = await import("@node-rs/argon2");
  const typed = "gru\u0308ße vom turm";
  await pool.query(`update "Account" set "passwordHash" = $2 where email = $1`, [email, await hash(typed)]);
  // Of an earlier version, hashed as it was typed.
  expect(await at(newAddress()).signIn(email, typed)).toBe(true);
});
