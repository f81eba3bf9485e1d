import { afterAll, beforeAll, expect, test } from "vitest";
import { DIALECTS } from "../dialects/index.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { OWNER_KEY, routeTable } from "../testing/server.ts";

// By what host a request came, and what strangers are told: the route handlers in this process.

let api: Api;
beforeAll(async () => {
  api = await openApi({ ALLOWED_HOSTS: "parley.lan", GUESTS: "on", SIGN_UP: "on" });
  api.model.onMessage(/./, { content: "an answer" });
});
afterAll(() => api.close());

const EVIL = { host: "evil.example", "sec-fetch-site": "same-origin", origin: "http://evil.example" };

/** Answered for any host: probes name whatever they have found the server by. */
const FOR_PROBES = ["/api/health"];
/** Asked through `proxy.ts`, which these tests do not have (e2e/headers.spec.ts). */
const OF_PAGES = ["/docs", "/sign-in/link/enter"];

const paths = routeTable()
  .map(({ path }) => path)
  .filter((path) => !FOR_PROBES.includes(path) && !OF_PAGES.includes(path));

test.each(paths)("S17: %s answers 421 to an unknown host, with the owner's key too", async (path) => {
  const url = path.replaceAll(/\[\.\.\.\w+\]/gu, "no/such").replaceAll(/\[\w+\]/gu, () => newId());
  expect((await api.send("HEAD", url, { headers: EVIL })).status).toBe(path.startsWith("/api/auth") ? 405 : 421);
  for (const method of ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]) {
    for (const key of [null, OWNER_KEY]) {
      const body =
        method === "GET" || method === "OPTIONS" ? undefined : { bot_slug: "taxson", prompt: "x", name: "x" };
      const { status, body: told } = await api.call(method, url, { key, headers: EVIL, body });
      // next-auth has two methods alone.
      if (status === 405 && path.startsWith("/api/auth")) continue;
      expect([method, status, JSON.stringify(told)]).toEqual([method, 421, expect.stringContaining("ALLOWED_HOSTS")]);
    }
  }
});

test("S17: the answer has the shape of each dialect's errors", async () => {
  for (const { prefixes, reference } of DIALECTS) {
    const { error } = await reference();
    const { status, body } = await api.call("GET", `${prefixes[0]}/no-such-thing`, { headers: EVIL });
    expect([status, error.safeParse(body).success]).toEqual([421, true]);
  }
});

test("S17: a name of the settings is answered, and its pages are pages of ours", async () => {
  const headers = { host: "parley.lan:3000", "sec-fetch-site": "same-origin", origin: "http://parley.lan:3000" };
  expect((await api.call("POST", "/api/v1/chat", { key: null, headers, body: {} })).status).toBe(200);
  // Origin counts beside Fetch Metadata: a page that is reached by another name than its server says so.
  const other = { ...headers, origin: "http://evil.example" };
  expect((await api.call("POST", "/api/v1/chat", { key: null, headers: other, body: {} })).status).toBe(401);
  const account = { email: "eve@example.org", password: "a long enough password" };
  expect((await api.call("POST", "/api/app/account", { key: null, headers: other, body: account })).status).toBe(403);
});

test("S17: what is said of the host without a trusted proxy is not believed", async () => {
  const headers = {
    host: "parley.lan",
    "x-forwarded-host": "evil.example",
    forwarded: "host=evil.example",
    origin: "http://evil.example",
  };
  expect((await api.call("POST", "/api/v1/chat", { key: null, headers, body: {} })).status).toBe(401);
  expect((await api.call("GET", "/api/v1/chat", { headers: { ...headers, host: "evil.example" } })).status).toBe(421);
});

test("S24: strangers hear of the server's health that it is up, its owner more", async () => {
  const bare = { status: 200, body: { status: "ok" } };
  const full = { status: 200, body: { database: { state: "ok" }, model: { id: "test-model" }, running_turns: 0 } };
  const cookie = await api.server.signIn();
  const guest = await api.call("POST", "/api/v1/chat", { key: null, headers: { "sec-fetch-site": "none" }, body: {} });
  const other = await api.server.makeAccount();
  const narrow = await api.call("POST", "/api/app/keys", {
    headers: { cookie, "sec-fetch-site": "same-origin" },
    key: null,
    body: { name: "n", scopes: ["julep"] },
  });
  const strangers: { readonly key: string | null; readonly headers?: Readonly<Record<string, string>> }[] = [
    { key: null },
    { key: "no key" },
    { key: other.key },
    { key: narrow.body.key },
    { key: null, headers: EVIL },
    { key: null, headers: { cookie: guest.headers.get("set-cookie")?.split(";")[0] ?? "" } },
    { key: null, headers: { cookie, "sec-fetch-site": "cross-site" } },
  ];
  for (const options of strangers) {
    const { status, body } = await api.call("GET", "/api/health", options);
    expect({ status, body }).toEqual(bare);
  }
  expect(await api.call("GET", "/api/health")).toMatchObject(full);
  const ofPage = { cookie, "sec-fetch-site": "same-origin" };
  expect(await api.call("GET", "/api/health", { key: null, headers: ofPage })).toMatchObject(full);
});

test("S21: event streams are their caller's alone", async () => {
  const { session_id } = (await api.call("POST", "/api/v1/chat", { body: {} })).body;
  const streams = [
    await api.send("POST", `/api/v1/chat/${session_id}/messages/stream`, { body: { index_ids: [], prompt: "x" } }),
    await api.send("POST", "/v1/chat", { body: { bot_slug: "taxson", prompt: "x", stream: true } }),
  ];
  for (const { status, headers, body } of streams) {
    await body?.cancel();
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": expect.stringContaining("text/event-stream"),
      "cache-control": "no-cache, no-transform, private, no-store",
      "x-accel-buffering": "no",
      vary: expect.stringContaining("Cookie"),
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
  }
});
