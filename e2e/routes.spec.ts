import { expect, test } from "@playwright/test";
import { OPEN_ROUTES, routeTable } from "../lib/testing/server.ts";
import { eachOf } from "./each-of.ts";
import { ownerHeaders, startServer, type WatchedServer } from "./server.ts";

// Every route of the running server, without credentials that count, also with the headers that Next uses inside
// itself: none of them opens a door.

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer({ GUESTS: "off" });
});
test.afterAll(() => server.kill("SIGTERM"));

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const INTERNAL: readonly Readonly<Record<string, string>>[] = [
  {},
  { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
  { "x-nextjs-data": "1", "x-middleware-prefetch": "1" },
  { rsc: "1", "next-router-state-tree": "%5B%22%22%5D", "next-router-prefetch": "1" },
  {
    "x-invoke-path": "/api/health",
    "x-invoke-status": "200",
    "x-matched-path": "/api/health",
    "x-now-route-matches": "1",
  },
  { "x-forwarded-host": "evil.test", origin: "http://evil.test", "sec-fetch-site": "cross-site" },
];

test("no route answers with data to who has no key that counts", { tag: "@nightly" }, async () => {
  test.slow();
  const owner = await ownerHeaders(server);
  const made = await fetch(`${server.url}/api/app/keys`, { method: "POST", headers: owner, body: '{"name":"gone"}' });
  const { id, key } = await made.json();
  await fetch(`${server.url}/api/app/keys/${id}`, { method: "DELETE", headers: owner });
  const credentials: Readonly<Record<string, string>>[] = [
    {},
    { authorization: "Bearer wrong key" },
    { "x-api-key": key },
  ];
  const paths = routeTable()
    .map((route) => route.path)
    .filter((path) => !OPEN_ROUTES.includes(path));
  const wrong: unknown[] = [];
  await eachOf(paths, async (path) => {
    const url = server.url + path.replaceAll(/\[\.\.\.\w+\]/g, "no/such").replaceAll(/\[\w+\]/g, crypto.randomUUID());
    for (const method of METHODS) {
      for (const internal of INTERNAL) {
        for (const credential of credentials) {
          const body = method === "GET" ? undefined : '{"bot_slug":"taxson","prompt":"x","stream":false}';
          const headers = { "content-type": "application/json", ...internal, ...credential };
          const response = await fetch(url, { method, headers, body, redirect: "manual" });
          const type = response.headers.get("content-type") ?? "";
          const isRefused = [401, 403, 404, 405, 422].includes(response.status) && type.startsWith("application/json");
          if (!isRefused) wrong.push([method, path, internal, response.status, type]);
          await response.text();
        }
      }
    }
  });
  expect(wrong).toEqual([]);
});

test("C28: a path that is no UTF-8 names nothing, and each API says so in its own shape", async () => {
  const headers = { authorization: `Bearer ${server.key()}`, "content-type": "application/json" };
  const wrong: unknown[] = [];
  for (const { path } of routeTable().filter(({ names }) => names.length > 0)) {
    if (path.startsWith("/api/auth/")) continue;
    for (const segment of ["%ff", "%c0%af", "%zz", "%"]) {
      const response = await fetch(server.url + path.replaceAll(/\[[.\w]+\]/g, segment), { headers });
      const type = response.headers.get("content-type") ?? "";
      const isRefused = [204, 404, 405, 422].includes(response.status);
      if (!isRefused || (response.status !== 204 && !type.startsWith("application/json"))) {
        wrong.push([path, segment, response.status, type]);
      }
      await response.text();
    }
  }
  expect(wrong).toEqual([]);
  // Not found, or where visitors may not stay, a page to sign in on.
  const page = await fetch(`${server.url}/s/%ff`);
  expect([200, 404]).toContain(page.status);
  expect(page.headers.get("content-type")).toContain("text/html");
});
