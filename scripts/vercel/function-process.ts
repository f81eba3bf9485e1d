// node function-process.ts FOLDER FILE [middleware]: what Vercel's runtime does around a function that is laid out in
// FOLDER: an HTTP server in the process, which tells the function's own launcher of each request, and of what is to be
// waited for. Its parent hears over IPC where it listens, and whenever the number of requests and promises that are
// open changes.
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const [folder = "", handlerFile = "", kind = ""] = process.argv.slice(2);
let open = 0;
const tell = (change: number): void => {
  open += change;
  process.send?.({ open });
};

type Context = { readonly waitUntil: (work: Promise<unknown>) => void };
const contexts = new AsyncLocalStorage<Context>();
Reflect.set(globalThis, Symbol.for("@vercel/request-context"), { get: () => contexts.getStore() });

/** The context of one request. What it is to wait for holds the process, not the answer. */
const contextOf = (): Context => ({
  waitUntil(work) {
    tell(1);
    const done = () => tell(-1);
    work.then(done, done);
  },
});

process.chdir(folder);
type Handler = (request: IncomingMessage | Request, response?: ServerResponse) => unknown;
const loaded: Handler | { readonly default: Handler } = createRequire(join(folder, "package.json"))(
  join(folder, handlerFile),
);
const handler = typeof loaded === "function" ? loaded : loaded.default;

/** A middleware takes a request of the web, and gives an answer of it. */
async function askMiddleware(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const asked = new Request(`http://${request.headers.host}${request.url}`, { method: request.method, headers });
  const answer = await handler(asked);
  if (!(answer instanceof Response)) throw new Error("The middleware gave no answer");
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

const server = createServer((request, response) => {
  tell(1);
  response.once("close", () => tell(-1));
  const answer = kind === "middleware" ? askMiddleware : handler;
  contexts.run(contextOf(), () => answer(request, response));
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a server that listens on a port has such an address
});
