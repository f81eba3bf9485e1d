import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { openBrowser } from "../testing/browser.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ NEXTAUTH_URL: "https://parley.test", GUESTS: "on", SIGN_UP: "on" });
});
afterAll(() => api.close());

test("S3, S19: over https every cookie is this host's alone, and one that anybody could have set is not read", async () => {
  const browser = openBrowser(api);
  const guest = await browser.call("POST", "/api/v1/chat", {});
  const person = await browser.call("POST", "/api/app/account", {
    email: "ada@example.org",
    password: "seven ferries at dawn",
  });
  const csrf = await browser.auth("GET", "csrf");
  const lines = [...guest.headers.getSetCookie(), ...person.headers.getSetCookie(), ...csrf.cookies];
  expect(lines.map((line) => line.split("=")[0])).toEqual([
    "__Host-session",
    "__Host-session",
    "__Host-known",
    "__Host-next-auth.csrf-token",
    "__Host-next-auth.callback-url",
  ]);
  for (const line of lines) {
    expect(line).toMatch(/; Path=\//u);
    expect(line).toMatch(/; HttpOnly/u);
    expect(line).toMatch(/; Secure/u);
    expect(line).toMatch(/; SameSite=Lax/u);
    expect(line).not.toMatch(/domain=/iu);
  }
  expect(await browser.isIn()).toBe(true);
  await browser.signOut();
  expect(await browser.signIn("ada@example.org", "seven ferries at dawn")).toBe(true);
  const plain = new Map([["session", browser.jar.get("__Host-session") ?? ""]]);
  expect([await browser.isIn(), await openBrowser(api, {}, plain).isIn()]).toEqual([true, false]);
});
