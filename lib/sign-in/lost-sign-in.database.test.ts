import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";

// A page says whom it was made for. Where that person is not signed in any more, each of its requests is told so.

const SITE = { "sec-fetch-site": "same-origin" };
let api: Api;
let session: string;
let agent: string;

beforeAll(async () => {
  api = await openApi({ GUESTS: "on" });
  api.model.onMessage(/./, { content: "hello" });
  const headers = await api.browser();
  session = (await api.call("POST", "/api/v1/chat", { body: {}, key: null, headers })).body.session_id;
  agent = (await api.call("POST", "/api/app/agents", { body: { name: "Ada" }, key: null, headers })).body.id;
});
afterAll(() => api.close());

const guests = async () =>
  (await api.server.parley.ports.database.pool.query(`select id from "Account" where kind = 'guest'`)).rows.length;
const chat = () => `/api/v1/chat/${session}`;
const ask = { index_ids: [], prompt: "hi" };
const ACTIONS: readonly [string, string, () => string, object?][] = [
  ["begin a session", "POST", () => "/api/v1/chat", {}],
  ["ask", "POST", () => `${chat()}/messages/stream`, ask],
  ["follow", "GET", () => `${chat()}/messages/stream`],
  ["stop", "POST", () => `${chat()}/stop`],
  ["read", "GET", chat],
  ["rename", "PATCH", chat, { generated_title: "x" }],
  ["delete", "DELETE", chat],
  ["list", "GET", () => "/api/v1/chat"],
  ["hear of changes", "GET", () => "/api/app/changes"],
  ["summarise", "POST", () => `/api/app/sessions/${session}/summary`],
  ["make an agent", "POST", () => "/api/app/agents", { name: "x" }],
  ["change an agent", "PATCH", () => `/api/app/agents/${agent}`, { name: "x" }],
  ["make a key", "POST", () => "/api/app/keys", { name: "x" }],
];

test.each(ACTIONS)("16: whose sign-in is lost is told so when they %s", async (_, method, path, body) => {
  for (const viewer of [api.server.parley.ownerId, "guest"]) {
    const headers = { ...SITE, "x-parley-viewer": viewer };
    const answer = await api.call(method, path(), { key: null, headers, body });
    expect([answer.status, answer.body]).toEqual([401, { detail: "You are signed out" }]);
    expect(answer.headers.get("set-cookie")).toBeNull();
  }
  expect(await guests()).toBe(0);
});

test("16: nothing of a page that was made for somebody else is taken for whoever is signed in now", async () => {
  const { cookie } = await api.browser();
  const as = (viewer: string) => ({ ...SITE, cookie, "x-parley-viewer": viewer });
  const create = (viewer: string) => api.call("POST", "/api/v1/chat", { body: {}, key: null, headers: as(viewer) });
  expect(await create(newId())).toMatchObject({ status: 401, body: { detail: "Somebody else is signed in now" } });
  expect((await create(api.server.parley.ownerId)).status).toBe(200);
  // What a guest has goes along when they sign in.
  expect((await create("guest")).status).toBe(200);
});

test("16: a visitor of whom nobody knows becomes a guest as before, and a key needs no page", async () => {
  expect((await api.call("POST", "/api/v1/chat", { body: {}, key: null, headers: SITE })).status).toBe(200);
  const headers = { "x-parley-viewer": newId() };
  expect((await api.call("GET", "/api/v1/chat", { headers })).status).toBe(200);
});
