import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { completeAnswers, completeHeaders } from "./answer-headers.ts";

completeAnswers(true);
const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function headersOf(listener: RequestListener): Promise<Headers> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  const response = await fetch(`http://127.0.0.1:${port}`, { redirect: "manual" });
  await response.text();
  return response.headers;
}

const WAYS: Readonly<Record<string, RequestListener>> = {
  "that only ends": (_, response) => response.end("x"),
  "that is written bit by bit": (_, response) => {
    response.write("x");
    response.end("y");
  },
  "with a head": (_, response) => response.writeHead(404, { "Content-Type": "text/plain" }).end("x"),
  "with a head in a list": (_, response) => response.writeHead(302, ["Location", "/", "X-Own", "1"]).end(),
  "with words for its status": (_, response) => response.writeHead(500, "Broken", { "x-own": "1" }).end(),
  "whose headers go ahead": (_, response) => {
    response.flushHeaders();
    response.end("x");
  },
};

test.each(Object.keys(WAYS))("S6: an answer %s carries what every answer carries", async (name) => {
  const headers = await headersOf(WAYS[name] ?? (() => {}));
  expect(Object.fromEntries(headers)).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": expect.stringContaining("camera=()"),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "private, no-store",
    vary: "Cookie, Authorization, X-API-Key, X-Auth-Key",
  });
});

test("S6: what an answer says itself holds, given to it before its head or with it", async () => {
  const own = { "referrer-policy": "no-referrer", "content-security-policy": "default-src 'self'" };
  const before: RequestListener = (_, response) => {
    for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.end();
  };
  const headers = await headersOf(before);
  expect(Object.fromEntries(headers)).toMatchObject(own);
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(Object.fromEntries(await headersOf((_, response) => response.writeHead(200, own).end()))).toMatchObject(own);
});

test("S6: https is demanded of browsers only where people come by https", () => {
  const headers = new Headers();
  completeHeaders(headers, false);
  expect(headers.has("strict-transport-security")).toBe(false);
});

test("S6: a page without a policy of its own runs nothing", () => {
  const headers = new Headers({ "content-type": "text/html; charset=utf-8" });
  completeHeaders(headers, false);
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';(?!.*script-src)/u);
});

test.each([
  ["public, max-age=31536000, immutable", null],
  ["s-maxage=300", null],
  ["private, no-store", "Cookie, Authorization, X-API-Key, X-Auth-Key, rsc"],
  ["no-cache", "Cookie, Authorization, X-API-Key, X-Auth-Key, rsc"],
])("S21: an answer with cache-control %s depends on who asks: %s", (cacheControl, vary) => {
  const headers = new Headers({ "cache-control": cacheControl, ...(vary === null ? {} : { vary: "rsc" }) });
  completeHeaders(headers, false);
  expect(headers.get("vary")).toBe(vary);
  // Once more is no more.
  completeHeaders(headers, false);
  expect(headers.get("vary")).toBe(vary);
});

test("S21: what depends on a cookie already is not said twice, and on everything is enough", () => {
  const vary = (present: string) => {
    const headers = new Headers({ vary: present });
    completeHeaders(headers, false);
    return headers.get("vary");
  };
  expect(vary("cookie, Accept-Encoding")).toBe("Authorization, X-API-Key, X-Auth-Key, cookie, Accept-Encoding");
  expect(vary("*")).toBe("*");
});
