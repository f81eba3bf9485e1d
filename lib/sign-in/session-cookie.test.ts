import { encode } from "next-auth/jwt";
import { afterEach, expect, test, vi } from "vitest";
import { cookieValue, readSessionToken, SESSION_SECONDS, sessionCookie, sessionCookieName } from "./session-cookie.ts";

afterEach(() => {
  vi.useRealTimers();
});

const SECRET = "a secret of this test, long enough";
const claims = { sub: "0190b5a0-0000-7000-8000-000000000001", signIn: "0190b5a0-0000-7000-8000-000000000002" };

test("a cookie that we made speaks for whom it was made", async () => {
  const value = cookieValue(await sessionCookie(claims, SECRET, false), sessionCookieName(false)) ?? "";
  expect(await readSessionToken(value, SECRET)).toEqual(claims);
});

test("scripts, other sites and, over https, plain connections do not get the cookie", async () => {
  expect(await sessionCookie(claims, SECRET, true)).toMatch(
    new RegExp(`^__Host-session=[^;]+; Path=/; HttpOnly; SameSite=Lax; Max-Age=${SESSION_SECONDS}; Secure$`, "u"),
  );
});

test("the cookie does not show whom it is for", async () => {
  expect(await sessionCookie(claims, SECRET, true)).not.toContain(claims.sub);
});

test.each<[string, () => Promise<string>]>([
  ["of another secret", () => token(claims, "another secret, also long enough")],
  ["that was changed", async () => `${(await token(claims, SECRET)).slice(0, -2)}xx`],
  ["without a sign-in", () => token({ sub: claims.sub }, SECRET)],
  ["of an earlier version", () => token({ sub: claims.sub, tokenVersion: 3 }, SECRET)],
  ["without a name", () => token({ signIn: claims.signIn }, SECRET)],
  ["that is no token", async () => "nonsense"],
  ["that is empty", async () => ""],
  [
    "that says it needs no signature",
    async () => "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhY2NvdW50IiwidG9rZW5WZXJzaW9uIjozfQ.",
  ],
])("a cookie %s speaks for nobody", async (_, make) => {
  expect(await readSessionToken(await make(), SECRET)).toBeNull();
});

test("a cookie speaks for nobody after 30 days", async () => {
  const value = await token(claims, SECRET);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + (SESSION_SECONDS + 60) * 1000 });
  expect(await readSessionToken(value, SECRET)).toBeNull();
});

test.each<[string | null, string | null]>([
  [null, null],
  ["", null],
  ["session=a", "a"],
  ["other=x; session=a; more=y", "a"],
  ["other=x;session = a ", "a"],
  ["session=a%3Db", "a=b"],
  ["session=a=b", "a=b"],
  ["xsession=x", null],
  ["session", null],
  ["=session", null],
  ["session=", ""],
  ["session=%", null],
  ["session=%E0%A4%A", null],
  ["session=first; session=second", "first"],
])("of the header %j the value is %j", (header, value) => {
  expect(cookieValue(header, "session")).toBe(value);
});

const token = (about: Record<string, unknown>, secret: string) =>
  encode({ token: about, secret, maxAge: SESSION_SECONDS });
