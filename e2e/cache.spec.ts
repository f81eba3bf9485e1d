import { expect, test } from "@playwright/test";
import { makePdf } from "../lib/testing/documents.ts";
import { isEverything } from "../lib/testing/everything.ts";
import { routeTable } from "../lib/testing/server.ts";
import { eachOf } from "./each-of.ts";
import { type Nginx, startNginx } from "./nginx.ts";
import { startServer, type WatchedServer } from "./server.ts";

// Every page and route, with every kind of credential, behind a cache that keeps whatever it may: nobody is given what
// was made for somebody else.

const SECRET = "the secret of ada";
/** A cache that takes no "private" or "no-store" for an answer: it goes by what an answer says it depends on alone. */
const DEAF = `proxy_ignore_headers Cache-Control Expires X-Accel-Expires Set-Cookie;
      proxy_cache_valid any 10m;`;
const KEEPS = `proxy_cache all;
      proxy_cache_methods GET HEAD;
      proxy_cache_key $request_uri;
      proxy_set_header Host $host;
      add_header x-cache $upstream_cache_status always;`;

type Headers = Readonly<Record<string, string>>;
type Who = { readonly name: string; readonly headers: Headers };

let server: WatchedServer;
let caches: readonly Nginx[];
let ada: readonly Who[];
let bob: readonly Who[];
let ids: Readonly<Record<string, string>>;
const NOBODY: Who = { name: "nobody", headers: {} };

test.beforeAll(async () => {
  server = await startServer({ GUESTS: "on", SIGN_UP: "on" });
  caches = await Promise.all(
    (isEverything ? ["", DEAF] : [DEAF]).map((more) => startNginx({ upstream: server.url, location: KEEPS + more })),
  );
  ada = await somebody("ada");
  bob = await somebody("bob");
  ids = await secretsOf(ada[0]?.headers ?? {});
});
test.afterAll(async () => {
  for (const cache of caches) await cache.close();
  await server.kill("SIGTERM");
});

const SITE = { "sec-fetch-site": "same-origin", "content-type": "application/json" };

async function send(path: string, headers: Headers, body: object): Promise<Response> {
  const asked = { method: "POST", headers: { ...SITE, ...headers }, body: JSON.stringify(body) };
  const response = await fetch(server.url + path, asked);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** A person in each of the ways in which it can say who it is: by its cookie first. */
async function somebody(name: string): Promise<readonly Who[]> {
  const account = { email: `${name}@example.org`, password: `the password of ${name}` };
  const made = await send("/api/app/account", {}, account);
  const cookie =
    made.headers
      .getSetCookie()
      .find((one) => one.includes("session"))
      ?.split(";")[0] ?? "";
  const { key } = await (await send("/api/app/keys", { cookie }, { name: `the secret of ${name}` })).json();
  return [
    { name: `${name} by cookie`, headers: { cookie, ...SITE } },
    { name: `${name} by bearer`, headers: { authorization: `Bearer ${key}` } },
    { name: `${name} by x-api-key`, headers: { "x-api-key": key } },
    { name: `${name} by x-auth-key`, headers: { "x-auth-key": key } },
  ];
}

async function secretsOf(headers: Headers): Promise<Readonly<Record<string, string>>> {
  const agent = await (await send("/api/app/agents", headers, { name: SECRET, about: SECRET })).json();
  const session = await (await send("/api/v1/chat", headers, { index_ids: [] })).json();
  const stream = `/api/v1/chat/${session.session_id}/messages/stream`;
  await (await send(stream, headers, { index_ids: [], prompt: SECRET })).text();
  const file = await (await send("/api/app/files?name=secret.json", headers, { text: SECRET })).json();
  const doc = await pictured(headers, agent.id);
  const made = { agentId: agent.id, assistantId: agent.id, bot: agent.id, sessionId: session.session_id };
  return { ...made, fileId: file.id, pictured: doc };
}

/** A document of an agent whose pages can be drawn, once it is read. */
async function pictured(headers: Headers, agentId: string): Promise<string> {
  const asked = { method: "POST", headers: { ...headers, ...SITE }, body: new Uint8Array(makePdf([SECRET])) };
  const upload = `${server.url}/api/app/docs/upload?agent_id=${agentId}&name=secret.pdf`;
  const doc = await (await fetch(upload, asked)).json();
  const state = async () => (await (await fetch(`${server.url}/api/app/docs/${doc.id}`, { headers })).json()).state;
  await expect.poll(state, { timeout: 60_000 }).toBe("ready");
  return doc.id;
}

const EXTRA: readonly Headers[] = [{}, { rsc: "1", "next-router-state-tree": "%5B%22%22%5D" }];
/** What changes no answer today. */
const MORE: readonly Headers[] = [
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "x-original-url": "/account" },
  { "if-none-match": "*", "if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT", range: "bytes=0-9" },
];

/** Every page, route and path of next-auth's, with a query of its own in each round. */
function targets(): string[] {
  const auth = ["session", "csrf", "providers", "signin", "signout", "error", "verify-request"];
  const pages = [
    "/",
    "/account",
    "/agents",
    "/agents/[agentId]",
    "/indexes",
    "/indexes/[indexId]",
    "/s/[sessionId]",
    "/sign-in",
    "/no-such-page",
  ];
  const routes = routeTable().map(({ path }) => path);
  const picture = "/api/v1/beta/attachments/screenshots/page_1.jpg?source_id=[pictured]";
  const all = [...pages, picture, ...routes, ...auth.map((name) => `/api/auth/${name}`)].filter(
    (path) => path !== "/api/auth/[...nextauth]",
  );
  return all.map((path) =>
    path
      .replaceAll(/\[\.\.\.\w+\]/gu, "no/such")
      .replaceAll(/\[(\w+)\]/gu, (_, name: string) => ids[name] ?? crypto.randomUUID()),
  );
}

test("figure 3, S21: what a cache in front keeps of one person's it gives to nobody else", async () => {
  test.slow();
  let seen = 0;
  const files = new Set<string>();
  const wrong: unknown[] = [];
  for (const [n, { port }] of caches.entries()) {
    // Paths are kept apart from one another; of one path, the owner's visits come before everybody else's.
    await eachOf(targets(), async (path) => {
      for (const [round, extra] of [...EXTRA, ...(isEverything ? MORE : [])].entries()) {
        const get = async ({ name, headers }: Who) => {
          const url = `http://127.0.0.1:${port}${path}${path.includes("?") ? "&" : "?"}round=${round}`;
          const response = await fetch(url, { headers: { ...headers, ...extra }, redirect: "manual" });
          return {
            name,
            text: await response.text(),
            cache: response.headers.get("x-cache"),
            headers: response.headers,
          };
        };
        for (const who of ada) {
          const { text, name, headers } = await get(who);
          if (text.includes(SECRET)) seen++;
          const isFile = text === JSON.stringify({ text: SECRET }) || headers.get("content-type") === "image/jpeg";
          if (isFile) files.add(path.replace(/\?.*$/su, ""));
          const kept = headers.get("cache-control") ?? "";
          const isPublic = /\b(?:public|s-maxage)\b/u.test(kept);
          // A browser may keep a file, and asks each time.
          const isKeptByNobody = /\bno-store\b/u.test(kept) || (isFile && kept === "private, no-cache");
          const isPrivate = isKeptByNobody && /\bcookie\b/iu.test(headers.get("vary") ?? "");
          if (isPublic ? text.includes(SECRET) : !isPrivate) wrong.push([path, name, extra, kept, headers.get("vary")]);
        }
        for (const who of [NOBODY, ...bob]) {
          const { text, name, cache, headers } = await get(who);
          const isPicture = headers.get("content-type") === "image/jpeg";
          if (isPicture || text.includes(SECRET) || text.includes("ada@example.org"))
            wrong.push([n, path, name, extra, cache]);
        }
      }
    });
  }
  expect(wrong).toEqual([]);
  // The bytes of a file and the picture of a page are among them.
  expect([...files].sort()).toEqual([
    `/api/app/files/${ids.fileId}`,
    "/api/v1/beta/attachments/screenshots/page_1.jpg",
  ]);
  // The owner of the secrets has seen them: in pages and in every dialect.
  expect(seen).toBeGreaterThan(isEverything ? 50 : 12);
});

test("figure 3: the caches do keep what they may", async () => {
  for (const { port } of caches) {
    const get = () => fetch(`http://127.0.0.1:${port}/api/openapi.json?kept`);
    await (await get()).text();
    const again = await get();
    await again.text();
    expect(again.headers.get("x-cache")).toBe("HIT");
  }
});
