import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { openBrowser } from "../testing/browser.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const send = (token: string, headers: Readonly<Record<string, string>> = {}) =>
  api.server.fetch("http://parley.test/sign-in/link/enter", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", host: "parley.test", ...headers },
    body: new URLSearchParams({ token }).toString(),
    redirect: "manual",
  });

test("S20: the owner's link signs in once, by a form of our own page alone, and nothing else uses it up", async () => {
  const ownerToken = api.server.parley.ownerToken ?? "none";
  const refused = "/sign-in?error=link";
  const look = await api.server.fetch(`http://parley.test/sign-in/link/enter?token=${ownerToken}`);
  expect(look.status).toBe(405);
  for (const [token, headers] of [
    ["wrong", {}],
    ["", {}],
    [`${ownerToken}x`, {}],
    ["x".repeat(5000), {}],
    [ownerToken, { "sec-fetch-site": "cross-site" }],
    [ownerToken, { "sec-fetch-site": "same-site" }],
    [ownerToken, { origin: "https://evil.test" }],
  ] as const) {
    const answer = await send(token, headers);
    expect([answer.status, answer.headers.get("location"), answer.headers.getSetCookie()]).toEqual([303, refused, []]);
  }
  // Browsers tell no origin from a page that tells no referrer.
  const guest = openBrowser(api);
  await guest.call("POST", "/api/v1/chat", {});
  const planted = openBrowser(api, {}, guest.jar);
  const entered = await send(ownerToken, { origin: "null", cookie: guest.headers().cookie });
  expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"]);
  expect(entered.headers.get("referrer-policy")).toBe("no-referrer");
  guest.keep(entered.headers.getSetCookie());
  expect([await guest.isIn(), await planted.isIn()]).toEqual([true, false]);
  expect((await guest.call("GET", "/api/app/keys")).body.items[0].name).toBe("First key");
  expect((await guest.call("GET", "/api/v1/chat")).body.items).toHaveLength(1);

  const again = await send(ownerToken);
  expect([again.headers.get("location"), again.headers.getSetCookie()]).toEqual([refused, []]);
});
