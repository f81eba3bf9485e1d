import { createHook } from "node:async_hooks";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { OutboundRequest, OutboundResponse } from "../domain/outbound.ts";
import { freePort } from "../testing/free-port.ts";
import { HOSTILE_ANSWERS, hostileUrls } from "../testing/ssrf-corpus.ts";
import type { Resolver } from "./outbound-target.ts";
import { safeFetch } from "./safe-fetch.ts";

const PUBLIC = "93.184.216.34";
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
const NOT_FOUND = /^The host \S+ was not found on the public internet\.$/u;

describe("what is refused before a socket is opened", () => {
  test("the corpus is not a handful", () => {
    expect(Object.values(hostileUrls(1)).flat().length).toBeGreaterThan(130);
  });

  test("the watch on sockets stops them, over TLS too, and sees them", async () => {
    const server = await serveSockets();
    const sockets = watchSockets();
    const allow = ["127.0.0.1"];
    const [plain, secure] = [`http://127.0.0.1:${server.port}/`, `https://127.0.0.1:${server.port}/`];
    expect((await failure(ask({ url: plain }, { allow }))).message).toBe("Stopped by the test");
    expect((await failure(ask({ url: secure }, { allow }))).message).toBe("Stopped by the test");
    expect(sockets.seen()).toEqual({ made: [server.port, server.port], connects: 0 });
  });

  test.each(Object.keys(hostileUrls(1)))("%s", async (kind) => {
    const loopback = await bothLoopbacks();
    const { resolve, asked } = resolver([PUBLIC]);
    const sockets = watchSockets();
    for (const url of hostileUrls(loopback.port)[kind] ?? []) {
      const thrown = await failure(ask({ url }, { resolve }));
      expect([url, thrown.message]).toEqual([url, expect.stringMatching(/^The (?:host|address) [^\n]+\.$/u)]);
    }
    expect({ asked, ...sockets.seen(), connections: loopback.connections() }).toEqual({
      asked: [],
      made: [],
      connects: 0,
      connections: 0,
    });
  });

  test.each(Object.keys(hostileUrls(1)))("%s, when a redirect leads there", async (kind) => {
    const loopback = await bothLoopbacks();
    let location = "";
    const first = await serve((_, response) => response.writeHead(302, { location }).end());
    const urls = (hostileUrls(loopback.port)[kind] ?? []).filter(
      (url) => !/[\r\n]/u.test(url) && URL.parse(url, first.url)?.host !== first.host,
    );
    const sockets = watchSockets({ permitted: first.port });
    for (const url of urls) {
      location = Buffer.from(url).toString("latin1");
      const asking = ask({ url: first.url, followRedirects: true }, { allow: [first.host], resolve: noSuchHost });
      const thrown = await failure(asking);
      expect([url, thrown.message]).toEqual([url, expect.stringMatching(/^The (?:host|address) [^\n]+\.$/u)]);
    }
    expect({ ...sockets.seen(), connections: loopback.connections() }).toEqual({
      made: urls.map(() => first.port),
      connects: urls.length,
      connections: 0,
    });
  });

  test.each(HOSTILE_ANSWERS.map((answer) => [answer]))("a name that resolves to %j", async (answer) => {
    const { resolve, asked } = resolver(answer);
    const sockets = watchSockets();
    const thrown = await failure(ask({ url: "http://name.example/" }, { resolve }));
    expect(thrown.message).toBe("The host name.example was not found on the public internet.");
    expect({ asked, ...sockets.seen() }).toEqual({ asked: ["name.example"], made: [], connects: 0 });
  });

  test("a name that does not exist, in the same words as a private one", async () => {
    const thrown = await failure(ask({ url: "http://name.example/" }, { resolve: noSuchHost }));
    expect(thrown.message).toBe("The host name.example was not found on the public internet.");
  });

  test.each(["CONNECT", "TRACE", "TRACK", "get it", "", "GET / HTTP/1.1\r\nx: y"])("the method %j", async (method) => {
    await expect(ask({ method })).rejects.toThrow(
      /^The method .* is not one of GET, POST, PUT, PATCH, DELETE, HEAD, /u,
    );
  });

  test.each([
    "Host",
    "host",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Upgrade",
    "Expect",
    "Proxy-Authorization",
    "proxy-connection",
  ])("the header %s", async (name) => {
    await expect(ask({ headers: { [name]: "x" } })).rejects.toThrow(`The header ${name} may not be given`);
  });

  test.each([
    ["x\r\ny", "a"],
    ["x y", "a"],
    ["x:", "a"],
    ["", "a"],
    ["é", "a"],
    ["x-name", "a\r\nhost: b"],
    ["x-name", "a\nb"],
    ["x-name", "a\0b"],
    ["x-name", "☃"],
  ])("the header %j: %j", async (name, value) => {
    await expect(ask({ headers: { [name]: value } })).rejects.toThrow(
      /^(?:The header |".*" is not a name of a header)/u,
    );
  });

  test.each([0, -1, Number.NaN])("a time limit of %d ms", async (timeoutMs) => {
    await expect(ask({ timeoutMs })).rejects.toThrow("The time limit of a request must be more than 0 ms.");
  });
});

describe("the connection goes to the address that was checked", () => {
  test("a name is resolved once, and a later answer counts for nothing", async () => {
    const loopback = await bothLoopbacks();
    const { resolve, asked } = resolver([PUBLIC, "2606:4700::1111"], ["127.0.0.1"], ["::1"]);
    const sockets = watchSockets();
    await failure(ask({ url: `http://rebound.example:${loopback.port}/` }, { resolve }));
    expect(asked).toEqual(["rebound.example"]);
    expect(sockets.seen()).toEqual({ made: [loopback.port], connects: 0 });
    const pinned = [
      { address: PUBLIC, family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ];
    // Whoever asks again, and for whatever name, hears the same.
    expect([await sockets.lookUp("rebound.example"), await sockets.lookUp("other.example")]).toEqual([pinned, pinned]);
    expect(loopback.connections()).toBe(0);
  });

  test("a name that may be private is reached at its first answer", async () => {
    const server = await serve((_, response) => response.end());
    const { resolve, asked } = resolver(["127.0.0.1"], ["127.0.0.9"]);
    const host = `rebound.example:${server.port}`;
    await ask({ url: `http://${host}/path?query` }, { allow: [host], resolve });
    expect(asked).toEqual(["rebound.example"]);
    expect(server.requests.map(({ url, headers }) => [url, headers.host])).toEqual([["/path?query", host]]);
  });

  test("of several addresses one that answers is taken", async () => {
    const server = await serve((_, response) => response.end());
    const { resolve } = resolver(["::1", "127.0.0.1"]);
    const { status } = await ask({ url: `http://two.example:${server.port}/` }, { allow: ["two.example"], resolve });
    expect(status).toBe(200);
  });

  test("a connection that went elsewhere all the same is closed before anything is sent", async () => {
    const server = await serveSockets();
    const { resolve } = resolver([PUBLIC]);
    watchSockets({ divertedTo: server.port });
    const thrown = await failure(ask({ url: "http://diverted.example/" }, { resolve }));
    expect(thrown.message).toBe("The connection to diverted.example went to an address that was not checked.");
    await expect.poll(server.closed).toBe(1);
    expect(server.received()).toBe("");
  });

  test("over TLS the host is asked for by its name", async () => {
    const server = await serveSockets((socket) => socket.once("data", () => socket.destroy()));
    const { resolve } = resolver(["127.0.0.1"]);
    const host = `secure.example:${server.port}`;
    const thrown = await failure(ask({ url: `https://${host}/` }, { allow: [host], resolve }));
    expect(thrown.message).toBe(`The request to ${host} failed (ECONNRESET).`);
    expect(server.received()).toContain("secure.example");
  });

  test("each request has a connection of its own", async () => {
    const server = await serve((_, response) => response.end());
    await ask({ url: server.url }, { allow: [server.host] });
    await ask({ url: server.url }, { allow: [server.host] });
    expect(server.connections()).toBe(2);
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(["close", "close"]);
  });
});

describe("what may be private", () => {
  test.each([
    ["the host", (port: number) => `http://127.0.0.1:${port}/`, () => ["127.0.0.1"]],
    ["the host and port", (port: number) => `http://127.0.0.1:${port}/`, (port: number) => [`127.0.0.1:${port}`]],
    ["another spelling", (port: number) => `http://0x7f.1:${port}/`, (port: number) => [`127.0.0.1:${port}`]],
    ["a local name", (port: number) => `http://LOCALHOST:${port}/`, (port: number) => [`localhost:${port}`]],
  ])("%s that is allowed", async (_, url, allow) => {
    const server = await serve((_, response) => response.end());
    const { resolve } = resolver(["127.0.0.1"]);
    expect(await ask({ url: url(server.port) }, { allow: allow(server.port), resolve })).toMatchObject({ status: 200 });
  });

  test("an IPv6 address that is allowed", async () => {
    const server = await serve((_, response) => response.end(), "::1");
    expect(await ask({ url: server.url }, { allow: [`[::1]:${server.port}`] })).toMatchObject({ status: 200 });
  });

  test.each([
    ["another port", (port: number) => [`127.0.0.1:${port + 1}`]],
    ["the port of the scheme", () => ["127.0.0.1:80"]],
    ["a name for the address", (port: number) => [`localhost:${port}`]],
    ["a part of the host", () => ["127.0.0", "0.0.1", "127.0.0.11"]],
    ["nothing", () => []],
  ])("not what lies beside: %s is allowed", async (_, allow) => {
    const server = await serve((_, response) => response.end());
    const thrown = await failure(ask({ url: server.url }, { allow: allow(server.port) }));
    expect(thrown.message).toMatch(NOT_FOUND);
    expect(server.connections()).toBe(0);
  });

  test("a host that refuses the connection is named by its name alone", async () => {
    const host = `closed.example:${await freePort()}`;
    const { resolve } = resolver(["127.0.0.1"]);
    const thrown = await failure(ask({ url: `http://${host}/` }, { allow: [host], resolve }));
    expect(thrown.message).toBe(`The request to ${host} failed (ECONNREFUSED).`);
  });
});

describe("what is sent", () => {
  test("method, path, headers and body as given, with what a message needs", async () => {
    const { request } = await echoed({
      method: "post",
      headers: {
        Authorization: "Bearer x",
        "Accept-Encoding": "gzip",
        "X-One": "1",
        "content-type": "application/json",
      },
      body: '{"a":"é"}',
    });
    expect(request).toEqual({
      method: "POST",
      body: '{"a":"é"}',
      headers: {
        accept: "*/*",
        "accept-encoding": "identity",
        authorization: "Bearer x",
        connection: "close",
        "content-length": "10",
        "content-type": "application/json",
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/u),
        "user-agent": "Parley",
        "x-one": "1",
      },
    });
  });

  test("bytes go out as they are", async () => {
    const { request } = await echoed({ method: "PUT", body: new Uint8Array([0x68, 0x69]) });
    expect(request).toMatchObject({ method: "PUT", body: "hi" });
  });

  test.each(["GET", "DELETE", "OPTIONS", "PATCH"])("the length of a body is told with %s too", async (method) => {
    const { request } = await echoed({ method, body: "four" });
    expect(request).toMatchObject({ method, body: "four", headers: { "content-length": "4" } });
  });
});

describe("what comes back", () => {
  test("status, headers and body, whatever the status", async () => {
    const answer = await answered((response) => {
      response.writeHead(418, { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"], "X-Two": "2" });
      response.end("short and stout");
    });
    expect(answer).toMatchObject({
      status: 418,
      headers: { "content-type": "text/plain", "set-cookie": "a=1, b=2", "x-two": "2" },
      body: "short and stout",
    });
  });

  test.each([
    "text/plain",
    "text/html; charset=utf-8",
    "TEXT/CSV",
    "application/json",
    "application/problem+json;charset=utf-8",
    "application/xml",
    "application/atom+xml",
    "application/x-www-form-urlencoded",
    "application/javascript",
  ])("a body of %s", async (type) => {
    expect(await answered((response) => response.setHeader("content-type", type).end("é"))).toMatchObject({
      body: "é",
    });
  });

  test.each([
    "image/png",
    "application/octet-stream",
    "application/pdf",
    "application/zip",
    "application/json-seq",
    "application/jsonx",
    "multipart/form-data; boundary=x",
    "image/svg+xml",
    "x, text/plain",
  ])("no body of %s", async (type) => {
    await expect(answered((response) => response.setHeader("content-type", type).end("x"))).rejects.toThrow(
      /^The answer has the type .*, and only text, JSON and XML are read\.$/u,
    );
  });

  test("no body that does not say its type", async () => {
    await expect(answered((response) => response.end("x"))).rejects.toThrow("does not say what type it has");
  });

  test("an empty body needs no type", async () => {
    expect(await answered((response) => response.writeHead(201).end())).toMatchObject({ status: 201, body: "" });
  });

  test("to HEAD headers alone, of any type", async () => {
    const server = await serve((_, response) => response.setHeader("content-type", "image/png").end("not sent"));
    const answer = await ask({ url: server.url, method: "HEAD" }, { allow: [server.host] });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "image/png" }, body: "" });
  });

  test.each([
    ["text/plain; charset=iso-8859-1", "caf\u00e9"],
    ['text/plain; Charset="windows-1252"', "caf\u00e9"],
    ["text/plain; charset=nonsense", "caf\ufffd"],
    ["text/plain", "caf\ufffd"],
  ])("a text is read as its charset says: %s", async (type, body) => {
    const sent = Buffer.from("caf\u00e9", "latin1");
    expect(await answered((response) => response.setHeader("content-type", type).end(sent))).toMatchObject({ body });
  });

  test("no packed body, which a few bytes could make endless", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const answer = answered((response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(bomb);
    });
    await expect(answer).rejects.toThrow("The answer is packed (gzip), and only plain ones are read.");
  });

  test("a body of 1 MB", async () => {
    const { body } = await answered((response) => textOf(response).end("x".repeat(1_000_000)));
    expect(body.length).toBe(1_000_000);
  });

  test.each([
    ["and its length is told", (response: ServerResponse) => textOf(response).end("x".repeat(1_000_001))],
    ["and it has no end", (response: ServerResponse) => flood(textOf(response))],
  ])("no body of more than 1 MB, %s", async (_, respond) => {
    const closed = vi.fn();
    const answer = answered((response) => {
      response.on("close", closed);
      respond(response);
    });
    await expect(answer).rejects.toThrow("The answer has more than 1000000 bytes.");
    await expect.poll(() => closed.mock.calls.length).toBe(1);
  });

  test("no part of a body whose connection breaks off", async () => {
    const answer = answered((response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-length": "10" });
      response.write("half", () => response.destroy());
    });
    await expect(answer).rejects.toThrow(/^The request to \S+ failed \(ECONNRESET\)\.$/u);
  });

  test.each([
    ["is no HTTP", "nonsense\r\n\r\n", "failed (HPE_INVALID_CONSTANT)"],
    ["has an endless head", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n`, "failed (HPE_HEADER_OVERFLOW)"],
    ["goes on in another protocol", SWITCH, "ended without an answer"],
    ["is none", "", "failed (ECONNRESET)"],
  ])("no answer that %s", async (_, bytes, failing) => {
    const server = await serveSockets((socket) => socket.once("data", () => socket.end(bytes)));
    const host = `127.0.0.1:${server.port}`;
    const thrown = await failure(ask({ url: `http://${host}/` }, { allow: [host] }));
    expect(thrown.message).toBe(`The request to ${host} ${failing}.`);
  });
});

describe("redirects", () => {
  test("are an answer like another unless asked to be followed", async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: "/next" }).end());
    const answer = await ask({ url: server.url }, { allow: [server.host] });
    expect(answer).toMatchObject({ status: 302, headers: { location: "/next" } });
    expect(server.requests.length).toBe(1);
  });

  test("to a private host are refused at the hop", async () => {
    const inner = await serve((_, response) => response.end());
    const outer = await serve(redirectTo(() => inner.url));
    const thrown = await failure(ask({ url: outer.url, followRedirects: true }, { allow: [outer.host] }));
    expect(thrown.message).toBe("The host 127.0.0.1 was not found on the public internet.");
    expect([outer.connections(), inner.connections()]).toEqual([1, 0]);
  });

  test("have their names resolved and checked, each at its hop", async () => {
    const server = await serve(redirectTo(() => "http://inner.example/"));
    const { resolve, asked } = resolver(["127.0.0.1"]);
    const host = `outer.example:${server.port}`;
    const thrown = await failure(ask({ url: `http://${host}/`, followRedirects: true }, { allow: [host], resolve }));
    expect(thrown.message).toBe("The host inner.example was not found on the public internet.");
    expect(asked).toEqual(["outer.example", "inner.example"]);
  });

  test("are checked again although the host was reached before", async () => {
    const server = await serve(redirectTo(() => `http://outer.example:${server.port + 1}/`));
    const { resolve } = resolver(["127.0.0.1"]);
    const host = `outer.example:${server.port}`;
    const thrown = await failure(ask({ url: `http://${host}/`, followRedirects: true }, { allow: [host], resolve }));
    expect(thrown.message).toMatch(NOT_FOUND);
  });

  test("have the rest of their answers left unread", async () => {
    const inner = await serve((_, response) => response.end());
    const outer = await serve((_, response) => flood(response.writeHead(302, { location: inner.url })));
    await ask({ url: outer.url, followRedirects: true }, { allow: [inner.host, outer.host] });
    await expect.poll(outer.open).toBe(0);
  });

  test("are followed five times", async () => {
    const server = await serve(({ url }, response) => {
      const n = Number(url?.slice(1));
      if (n === 5) textOf(response).end("there");
      else response.writeHead(307, { location: `/${n + 1}` }).end();
    });
    const answer = await ask({ url: `${server.url}0`, followRedirects: true }, { allow: [server.host] });
    expect(answer).toMatchObject({ status: 200, body: "there" });
  });

  test("are not followed a sixth time", async () => {
    const server = await serve(redirectTo(() => "/again"));
    const thrown = await failure(ask({ url: server.url, followRedirects: true }, { allow: [server.host] }));
    expect(thrown.message).toBe("More than 5 redirects are not followed.");
    expect(server.requests.length).toBe(6);
  });

  test.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
    [301, "PUT", "PUT"],
    [302, "DELETE", "DELETE"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [302, "HEAD", "HEAD"],
    [303, "GET", "GET"],
  ])("with %d turn %s into %s, and GET takes no body along", async (status, method, next) => {
    const server = await serve(redirectTo(() => "/next", status));
    const body = ["GET", "HEAD"].includes(method) ? null : "body";
    const headers = { "content-type": "text/plain", "x-one": "1" };
    await ask({ url: server.url, method, headers, body, followRedirects: true }, { allow: [server.host] });
    const [, second] = server.requests;
    const keepsBody = method === next;
    expect([second?.method, second?.headers["content-type"], second?.headers["content-length"]]).toEqual([
      next,
      keepsBody ? "text/plain" : undefined,
      keepsBody && body !== null ? "4" : undefined,
    ]);
    expect(second?.headers["x-one"]).toBe("1");
  });

  test.each([
    ["without a location", 302, undefined],
    ["of another kind", 304, "/next"],
    ["with a choice", 300, "/next"],
  ])("%s are answers", async (_, status, location) => {
    const server = await serve((_, response) => response.writeHead(status, location ? { location } : {}).end());
    const answer = await ask({ url: server.url, followRedirects: true }, { allow: [server.host] });
    expect(answer.status).toBe(status);
  });

  test("take to another origin no header that may hold a secret", async () => {
    const inner = await serve((_, response) => response.end());
    const outer = await serve(redirectTo(() => inner.url));
    await ask({ url: outer.url, headers: SECRETS, followRedirects: true }, { allow: [inner.host, outer.host] });
    expect(outer.requests[0]?.headers).toMatchObject({ authorization: "Bearer x", cookie: "a=1", "x-api-key": "k" });
    expect(Object.keys(inner.requests[0]?.headers ?? {}).sort()).toEqual(
      ["accept", "accept-encoding", "accept-language", "connection", "host", "user-agent"].sort(),
    );
  });

  test("do not bring them back when they return to the first origin", async () => {
    let back = "";
    const inner = await serve(redirectTo(() => back));
    const outer = await serve(redirectTo(() => inner.url));
    back = `${outer.url}next`;
    await ask({ url: outer.url, headers: SECRETS, followRedirects: true }, { allow: [inner.host, outer.host] });
    expect(outer.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer x", undefined]);
  });

  test("keep all headers within the origin", async () => {
    const server = await serve(redirectTo(() => "/next"));
    await ask({ url: server.url, headers: SECRETS, followRedirects: true }, { allow: [server.host] });
    expect(server.requests[1]?.headers).toMatchObject({ authorization: "Bearer x", cookie: "a=1", "x-api-key": "k" });
  });
});

describe("time", () => {
  const hangs: readonly (readonly [string, RequestListener])[] = [
    ["before its head", () => undefined],
    ["within its body", (_, response) => void textOf(response).write("x")],
    ["drop by drop", drip],
    ["over redirects", (request, response) => void setTimeout(() => redirectTo(() => "/x")(request, response), 40)],
  ];

  test.each(hangs)("an answer that hangs %s is given up", async (_, listener) => {
    const server = await serve(listener);
    const request = { url: server.url, timeoutMs: 150, followRedirects: true };
    const thrown = await failure(ask(request, { allow: [server.host] }));
    expect(thrown.message).toBe(`The request to ${server.host} took longer than 0.15 s.`);
    await expect.poll(server.open).toBe(0);
  });

  test("a resolver that hangs is given up", async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const thrown = await failure(ask({ url: "http://slow.example/", timeoutMs: 50 }, { resolve }));
    expect(thrown.message).toBe("The request to slow.example took longer than 0.05 s.");
  });

  test.each([
    [5000, 5000],
    [30_000, 30_000],
    [31_000, 30_000],
    [Number.POSITIVE_INFINITY, 30_000],
  ])("of a limit of %d ms %d ms count", async (timeoutMs, limitMs) => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    onTestFinished(() => timeout.mockRestore());
    await failure(ask({ url: "http://127.0.0.1/", timeoutMs }));
    expect(timeout.mock.calls).toEqual([[limitMs]]);
  });

  test.each(hangs)("an answer that hangs %s ends when its signal aborts", async (_, listener) => {
    const server = await serve(listener);
    const leaving = new AbortController();
    const reason = new Error("The reader left");
    const request = { url: server.url, followRedirects: true };
    const asking = ask(request, { allow: [server.host], signal: leaving.signal });
    setTimeout(() => leaving.abort(reason), 50);
    expect(await failure(asking)).toBe(reason);
    await expect.poll(server.open).toBe(0);
  });

  test("a resolver that hangs is left when the signal aborts", async () => {
    const leaving = new AbortController();
    const reason = new Error("The reader left");
    const resolve = () => new Promise<never>(() => undefined);
    const asking = ask({ url: "http://slow.example/" }, { resolve, signal: leaving.signal });
    setTimeout(() => leaving.abort(reason), 20);
    expect(await failure(asking)).toBe(reason);
  });

  test("nothing is resolved or opened for a signal that has aborted", async () => {
    const reason = new Error("The reader left");
    const { resolve, asked } = resolver([PUBLIC]);
    const sockets = watchSockets();
    const asking = ask({ url: "http://name.example/" }, { resolve, signal: AbortSignal.abort(reason) });
    expect(await failure(asking)).toBe(reason);
    expect({ asked, ...sockets.seen() }).toEqual({ asked: [], made: [], connects: 0 });
  });
});

const SECRETS = {
  authorization: "Bearer x",
  cookie: "a=1",
  "x-api-key": "k",
  "x-anything": "s",
  "accept-language": "de",
};

type Asking = { readonly allow?: readonly string[]; readonly resolve?: Resolver; readonly signal?: AbortSignal };

function ask(request: Partial<OutboundRequest>, { allow = [], resolve = noSuchHost, signal }: Asking = {}) {
  const plain = { method: "GET", headers: {}, body: null, followRedirects: false, timeoutMs: 3000 };
  const whole = { ...plain, url: "http://name.example/", ...request };
  return safeFetch({ allow, resolve })(whole, signal ?? new AbortController().signal);
}

/** The Error that an exchange ends with. */
async function failure(exchange: Promise<OutboundResponse>): Promise<Error> {
  const thrown: unknown = await exchange.then(
    ({ status }) => `answered with ${status}`,
    (error) => error,
  );
  if (thrown instanceof Error) return thrown;
  throw new Error(`Not refused: ${thrown}`);
}

async function noSuchHost(host: string): Promise<never> {
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
}

/** A resolver that gives one answer after the other, the last one again and again, and knows what it was asked. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve: Resolver = async (host) => answers[Math.min(asked.push(host), answers.length) - 1] ?? [];
  return { resolve, asked };
}

/**
 * Watches which ports the sockets of this process are to connect to, those of TLS included, and how many connections
 * the system is asked for.
 *
 * A socket connects only to the port that is `permitted`, or at `divertedTo`, so that a failing test sends nothing out
 * of this machine.
 */
function watchSockets({ permitted, divertedTo }: { readonly permitted?: number; readonly divertedTo?: number } = {}) {
  type Done = (error: Error | null, addresses: unknown) => void;
  type Target = { readonly port: number; readonly lookup: (host: string, options: object, done: Done) => void };
  const targets: Target[] = [];
  let connects = 0;
  const hook = createHook({ init: (_, type) => void (type === "TCPCONNECTWRAP" && connects++) }).enable();
  const connect = Socket.prototype.connect;
  const fence = vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket, ...args: unknown[]) {
    // net.connect() passes on its options and callback as one list, tls.connect() as they are.
    const [target] = [args[0]].flat() as [Target];
    targets.push(target);
    if (target.port === permitted) return Reflect.apply(connect, this, args);
    if (divertedTo !== undefined) return Reflect.apply(connect, this, [{ host: "127.0.0.1", port: divertedTo }]);
    return this.destroy(new Error("Stopped by the test"));
  });
  onTestFinished(() => {
    hook.disable();
    fence.mockRestore();
  });
  return {
    seen: () => ({ made: targets.map(({ port }) => port), connects }),
    lookUp: (host: string) =>
      new Promise((resolve) => targets[0]?.lookup(host, { all: true }, (_, addresses) => resolve(addresses))),
  };
}

/** An HTTP server of this machine for one test. */
async function serve(listener: RequestListener, host = "127.0.0.1") {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  const { port, connections, open } = await listening(server, host);
  onTestFinished(() => server.closeAllConnections());
  const name = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { port, host: name, url: `http://${name}/`, requests, connections, open };
}

/** A server of bare sockets, which remembers what it hears. */
async function serveSockets(onSocket: (socket: Socket) => void = () => undefined) {
  let received = "";
  let closed = 0;
  const server = createSocketServer((socket) => {
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      received += data;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => closed++);
    onSocket(socket);
  });
  const { port } = await listening(server, "127.0.0.1");
  return { port, received: () => received, closed: () => closed };
}

/** Servers on one port of both loopback addresses. */
async function bothLoopbacks() {
  const four = await listening(createSocketServer(), "127.0.0.1");
  const six = await listening(createSocketServer(), "::1", four.port);
  return { port: four.port, connections: () => four.connections() + six.connections() };
}

async function listening(server: Server, host: string, port = 0) {
  let [connections, open] = [0, 0];
  server.on("connection", (socket: Socket) => {
    connections++;
    open++;
    socket.on("close", () => open--);
  });
  server.listen(port, host);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  // A server on a port has this address and no path.
  const address = server.address() as AddressInfo;
  return { port: address.port, connections: () => connections, open: () => open };
}

/** What a server sees of a request. */
async function echoed(request: Partial<OutboundRequest>) {
  const server = await serve(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method, headers } = incoming;
    const body = Buffer.concat(chunks).toString();
    response.setHeader("content-type", "application/json").end(JSON.stringify({ method, headers, body }));
  });
  const { body } = await ask({ ...request, url: server.url }, { allow: [server.host] });
  return { request: JSON.parse(body) as unknown };
}

/** What comes back of a server's answer. */
async function answered(respond: (response: ServerResponse) => unknown): Promise<OutboundResponse> {
  const server = await serve((_, response) => void respond(response));
  return ask({ url: server.url }, { allow: [server.host] });
}

const textOf = (response: ServerResponse) => response.setHeader("content-type", "text/plain");

function redirectTo(location: () => string, status = 302): RequestListener {
  return ({ url }, response) => {
    if (url?.startsWith("/next")) response.end();
    else response.writeHead(status, { location: location() }).end();
  };
}

function flood(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write("x".repeat(10_000)));
  };
  response.on("drain", more);
  more();
}

function drip(_: IncomingMessage, response: ServerResponse): void {
  textOf(response);
  const drops = setInterval(() => response.write("x"), 10);
  response.on("close", () => clearInterval(drops));
}
