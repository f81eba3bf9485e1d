import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { openBrowser } from "../testing/browser.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const PASSWORD = "seven ferries at dawn";
const PATH = "/api/app/account";

test("S18: a person deletes the account with the password, and nobody gets into it any more", async () => {
  const [browser, phone] = [openBrowser(api), openBrowser(api)];
  const email = `${newId()}@example.org`;
  expect((await browser.call("POST", PATH, { email, password: PASSWORD })).status).toBe(200);
  expect(await phone.signIn(email, PASSWORD)).toBe(true);
  const { key } = (await browser.call("POST", "/api/app/keys", { name: "mine" })).body;
  const session = (await browser.call("POST", "/api/v1/chat", {})).body.id;

  for (const body of [undefined, {}, { password: null }, { password: "another one of mine" }]) {
    const refused = await browser.call("DELETE", PATH, body);
    expect([refused.status, refused.body.detail[0].loc.at(-1)]).toEqual([422, "password"]);
  }
  expect((await api.call("DELETE", PATH, { key, body: { password: PASSWORD } })).status).toBe(403);
  expect(await browser.isIn()).toBe(true);

  expect((await browser.call("DELETE", PATH, { password: PASSWORD })).status).toBe(204);
  expect([await browser.isIn(), await phone.isIn()]).toEqual([false, false]);
  expect((await api.call("GET", "/api/agents", { key })).status).toBe(403);
  expect(await openBrowser(api).signIn(email, PASSWORD)).toBe(false);

  const again = openBrowser(api);
  expect((await again.call("POST", PATH, { email, password: PASSWORD })).status).toBe(200);
  expect((await again.call("GET", `/api/v1/chat/${session}`)).status).toBe(404);
});

test("S18: a guest deletes what it made without more ado", async () => {
  const guest = openBrowser(api);
  expect((await guest.call("POST", "/api/v1/chat", {})).status).toBeLessThan(300);
  expect(await guest.isIn()).toBe(true);
  expect((await guest.call("DELETE", PATH)).status).toBe(204);
  expect(await guest.isIn()).toBe(false);
});

test("S18: nobody deletes an account from another page, and who has none deletes none", async () => {
  const guest = openBrowser(api);
  await guest.call("POST", "/api/v1/chat", {});
  const headers = { ...guest.headers(), "sec-fetch-site": "cross-site" };
  expect((await api.call("DELETE", PATH, { key: null, headers })).status).toBe(401);
  expect((await openBrowser(api).call("DELETE", PATH)).status).toBe(401);
  expect(await guest.isIn()).toBe(true);
});
