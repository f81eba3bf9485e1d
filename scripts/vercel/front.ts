import { existsSync, readFileSync, statSync } from "node:fs";
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as open,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { bytesOf } from "./bytes.ts";
import { type Instance, type Laid, startInstance } from "./instance.ts";
import type { OutputConfig } from "./output.ts";
import { routed } from "./routing.ts";

export type Front = {
  readonly url: string;
  /** The copies of functions that run behind it. */
  readonly instances: () => readonly Instance[];
  /**
   * Ends all copies, as the platform does. Gives whether each ended by itself in time. The next requests start new
   * ones.
   */
  readonly endAll: () => Promise<readonly boolean[]>;
  readonly close: () => Promise<void>;
};

/** What the edge writes itself, whatever a caller sends. */
const CLIENT_ADDRESS = "203.0.113.7";

/**
 * Vercel's edge in front of one copy of each function: routes, hands files out, asks the middleware, thaws, and tells a
 * function that its caller has left.
 */
export async function startFront(
  config: OutputConfig,
  {
    functions,
    files,
    environment,
  }: {
    readonly functions: readonly Laid[];
    /** The folder of files. */
    readonly files: string;
    readonly environment: (port: number) => Readonly<Record<string, string>>;
  },
): Promise<Front> {
  const running = new Map<Laid, Promise<Instance>>();
  const started: Instance[] = [];
  const functionOf = (path: string) => functions.find(({ paths }) => paths.includes(path));
  const fileOf = (path: string): string | null => {
    const file = [join(files, path), join(files, `${path}.html`)].find(
      (one) => existsSync(one) && statSync(one).isFile(),
    );
    return file ?? null;
  };

  function instanceOf(one: Laid): Promise<Instance> {
    const known = running.get(one);
    if (known) return known;
    const begun = startInstance(one, environment(port)).then((instance) => {
      started.push(instance);
      return instance;
    });
    running.set(one, begun);
    return begun;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const given: IncomingHttpHeaders = {
      ...request.headers,
      "x-forwarded-for": CLIENT_ADDRESS,
      "x-real-ip": CLIENT_ADDRESS,
      "x-forwarded-host": request.headers.host,
      "x-forwarded-proto": "http",
      "x-vercel-id": "iad1::iad1::emulated",
    };
    const added: OutgoingHttpHeaders = {};
    const ask = async (path: string) => {
      const one = functionOf(path) ?? functions.find(({ isMiddleware }) => isMiddleware);
      if (!one) return given;
      return middleware(
        await instanceOf(one),
        { method: request.method ?? "GET", url, headers: given },
        added,
        response,
      );
    };
    const exists = (path: string) => functionOf(path) !== undefined || fileOf(path) !== null;
    const found = await routed(config, { method: request.method ?? "GET", url, headers: given }, exists, ask);
    if (found === null) return;
    const { path, status, headers, query, request: changed } = found;
    const file = path === null ? null : fileOf(path);
    const target = path === null ? undefined : functionOf(path);
    if (target && path !== null) {
      for (const [name, value] of query) url.searchParams.set(name, value);
      const matched = { ...changed, "x-matched-path": path === "/index" ? "/" : path };
      return hand(await instanceOf(target), request, response, url, matched, { ...headers, ...added }, status);
    }
    response.writeHead(status ?? 200, { ...headers, ...added, ...(file ? { "content-type": typeOf(file) } : {}) });
    response.end(file === null ? "" : readFileSync(file));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown) => {
      if (response.headersSent) return response.destroy();
      response.writeHead(500, { "x-vercel-error": "FUNCTION_INVOCATION_FAILED" });
      response.end(String(thrown));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has such an address

  const endAll = async () => {
    running.clear();
    return Promise.all(started.splice(0).map((instance) => instance.end()));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    instances: () => started,
    endAll,
    async close() {
      await endAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Asking = { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders };

/**
 * Asks the middleware. Gives the headers that the request has from then on, and null where it has answered itself:
 * Next's own words between both are "x-middleware-…" headers.
 */
async function middleware(
  instance: Instance,
  { url, headers }: Asking,
  added: OutgoingHttpHeaders,
  response: ServerResponse,
): Promise<IncomingHttpHeaders | null> {
  const leave = instance.enter();
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const path = `${url.pathname}${url.search}`;
      open({ port: instance.port, host: "127.0.0.1", path, headers, agent: false }, resolve).on("error", reject).end();
    });
    const text = await bytesOf(answer);
    if (answer.headers["x-middleware-next"] !== "1") {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.end(text);
      return null;
    }
    const changed: IncomingHttpHeaders = { ...headers };
    for (const [name, value] of Object.entries(answer.headers)) {
      const own = /^x-middleware-request-(.+)$/u.exec(name)?.[1];
      if (own !== undefined) changed[own] = String(value);
      else if (!/^(?:x-middleware-|connection$|date$|keep-alive$|transfer-encoding$|content-length$)/u.test(name)) {
        added[name] = value;
      }
    }
    return changed;
  } finally {
    leave();
  }
}

/** Hands a request to a function. A caller that leaves ends it there, as `supportsCancellation` says. */
function hand(
  instance: Instance,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  headers: IncomingHttpHeaders,
  added: OutgoingHttpHeaders,
  status: number | null,
): Promise<void> {
  const leave = instance.enter();
  return new Promise<void>((resolve, reject) => {
    // A server that keeps a connection reads what is still sent behind its answer. One that closes it lets the answer
    // get lost.
    const agent = new Agent({ keepAlive: true });
    const asked = {
      port: instance.port,
      host: "127.0.0.1",
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, connection: "keep-alive" },
      agent,
    };
    const upstream = open(asked, (answer) => {
      response.writeHead(status ?? answer.statusCode ?? 500, { ...answer.headers, ...added });
      answer.pipe(response);
      answer.on("error", () => response.destroy());
      answer.on("close", () => {
        if (!answer.complete) response.destroy();
        agent.destroy();
        resolve();
      });
    });
    // A function may answer and close before it has read all that is sent.
    upstream.on("error", (thrown) => (response.headersSent ? resolve() : reject(thrown)));
    response.on("close", () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.pipe(upstream);
  }).finally(leave);
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

const typeOf = (file: string): string => TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream";
