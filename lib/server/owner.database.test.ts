import { afterAll, beforeAll, expect, test } from "vitest";
import { forgetCallers } from "../sign-in/authenticate.ts";
import { type Api, openApi } from "../testing/api.ts";
import { OWNER_KEY } from "../testing/server.ts";
import { openOwner } from "./owner.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** What a start with a key in its settings does. */
async function start(key: string): Promise<void> {
  await openOwner(api.server.parley.ports.database, key);
  forgetCallers(api.server.parley);
}

const isIn = async (key: string) => (await api.call("GET", "/api/v1/chat", { key })).status === 200;
const SECOND = "another key, set by the owner";

test("S13: a key of the settings ends when they name another one, and counts again when they name it again", async () => {
  const made = await api.makeKey();
  await start(SECOND);
  expect([await isIn(OWNER_KEY), await isIn(SECOND), await isIn(made.key)]).toEqual([false, true, true]);
  await start(OWNER_KEY);
  expect([await isIn(OWNER_KEY), await isIn(SECOND), await isIn(made.key)]).toEqual([true, false, true]);
});

test("S13: a start with the text of somebody else's key takes nothing from them", async () => {
  const other = await api.server.makeAccount();
  await start(other.key);
  expect([await isIn(other.key), await isIn(OWNER_KEY)]).toEqual([true, false]);
  await start(OWNER_KEY);
  expect([await isIn(other.key), await isIn(OWNER_KEY)]).toEqual([true, true]);
});

test("S13: a key of the settings that somebody has revoked does not come back with a start", async () => {
  const headers = await api.browser();
  const { items } = (await api.call("GET", "/api/app/keys", { key: null, headers })).body;
  const first = items.find(({ name }: { name: string }) => name === "First key");
  await api.call("DELETE", `/api/app/keys/${first.id}`, { key: null, headers });
  await start(OWNER_KEY);
  expect(await isIn(OWNER_KEY)).toBe(false);
});
