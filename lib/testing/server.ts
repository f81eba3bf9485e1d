import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, request as send } from "node:http";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { LLMock } from "@copilotkit/aimock";
import { insertApiKey } from "../db/accounts.ts";
import { newId } from "../domain/ids.ts";
import type { Handler } from "../http/endpoint.ts";
import { hashKey } from "../server/keys.ts";
import { type Parley, parley } from "../server/parley.ts";
import { enteringCookies, enteringOf } from "../sign-in/signed-in.ts";
import { openReference } from "./check-answer.ts";
import { migratedDatabase } from "./databases.ts";

export const ORIGIN = "http://parley.test";
export const OWNER_KEY = "the key of the owner in tests";

export type TestServer = {
  /** Calls the route handlers in this process, as `fetch` would, and holds what they answer against the reference. */
  readonly fetch: typeof fetch;
  readonly model: LLMock;
  /** How many requests to the model a caller has left before their end. */
  readonly abortedModelCalls: () => number;
  readonly parley: Parley;
  /** A Cookie header of a browser that is signed in to an account; absent: to the owner's. */
  readonly signIn: (accountId?: string) => Promise<string>;
  /** A second account with a key of its own. */
  readonly makeAccount: () => Promise<{ readonly id: string; readonly key: string }>;
  readonly close: () => Promise<void>;
};

/**
 * Opens the server in this process on an empty database, with a scripted model behind real HTTP.
 *
 * `withModel` false leaves the built-in demo; `environment` holds settings beside those of every test, and `isOwn` is
 * as `migratedDatabase` says.
 */
export async function openTestServer({
  withModel = true,
  environment = {},
  isOwn,
}: {
  readonly withModel?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isOwn?: boolean;
} = {}): Promise<TestServer> {
  const model = new LLMock({ port: 0, chunkSize: 8, logLevel: "silent" });
  await model.start();
  const tap = await startTap(model.port);
  Object.assign(process.env, await migratedDatabase({ isOwn }), {
    PARLEY_API_KEY: OWNER_KEY,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    BACKUP_HOURS: "0",
  });
  if (withModel) {
    Object.assign(process.env, {
      OPENAI_BASE_URL: `http://127.0.0.1:${tap.port}/v1`,
      OPENAI_API_KEY: "mock",
      OPENAI_MODEL: "test-model",
    });
  }
  Object.assign(process.env, environment);
  const running = await parley();
  const routes = routeTable();
  const checked = await openReference();

  return {
    model,
    abortedModelCalls: tap.aborted,
    parley: running,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      const match = routes.map((route) => ({ route, found: route.pattern.exec(pathname) })).find(({ found }) => found);
      if (!match?.found) return new Response("no page here", { status: 404 });
      const module: Record<string, Handler> = await import(match.route.file);
      const params = Object.fromEntries(
        match.route.names.map((name, n) => [name, decodeURIComponent(match.found?.[n + 1] ?? "")]),
      );
      const handler = module[request.method];
      if (!handler) return new Response(null, { status: 405 });
      return checked(request, await handler(request, { params: Promise.resolve(params) }));
    },
    async signIn(accountId = running.ownerId) {
      const entering = await enteringOf(running, accountId);
      if (!entering) throw new Error("no such account");
      const cookies = await enteringCookies(running, new Request(ORIGIN), entering);
      return cookies.map((cookie) => cookie.split(";")[0]).join("; ");
    },
    async makeAccount() {
      const { database } = running.ports;
      const id = newId();
      const key = `key of ${id}`;
      await database.pool.query(`insert into "Account" (id, kind) values ($1, 'person')`, [id]);
      await insertApiKey(database, { id: newId(), accountId: id, hash: hashKey(key), hint: "", name: "test" });
      return { id, key };
    },
    async close() {
      await running.close(0);
      await tap.close();
      await model.stop();
    },
  };
}

/** Forwards to the model and counts the callers that leave early, which the scripted model does not tell. */
async function startTap(target: number) {
  let aborted = 0;
  const server = createServer((incoming, response) => {
    const { url, method, headers } = incoming;
    let answered: IncomingMessage | null = null;
    const upstream = send({ port: target, host: "127.0.0.1", path: url, method, headers }, (answer) => {
      answered = answer;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      // A model that breaks off breaks its caller's connection too.
      answer.on("aborted", () => response.destroy());
    });
    upstream.on("error", () => response.destroy());
    incoming.pipe(upstream);
    response.on("close", () => {
      if (!response.writableFinished && !answered?.destroyed) aborted++;
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    aborted: () => aborted,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Routes that ask nobody who they are, or that only a browser's navigation uses. */
export const OPEN_ROUTES: readonly string[] = [
  "/api/cron",
  "/api/health",
  "/api/healthz",
  "/api/openapi.json",
  "/docs",
  "/api/auth/[...nextauth]",
  "/sign-in/link/enter",
  "/api/app/account",
];

type Route = {
  readonly path: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly file: string;
};

/** Every route file of the app with the paths it answers, the most specific first, as Next chooses. */
export function routeTable(): Route[] {
  const app = join(process.cwd(), "app");
  const files = readdirSync(app, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?:^|\/)route\.ts$/u.test(file),
  );
  return files
    .map((file) => {
      const segments = relative(".", file).split("/").slice(0, -1);
      const names = segments.flatMap((segment) => /^\[(?:\.\.\.)?(\w+)\]$/u.exec(segment)?.[1] ?? []);
      const source = segments
        .map((segment) => (segment.startsWith("[...") ? "(.+)" : segment.startsWith("[") ? "([^/]+)" : segment))
        .join("/");
      return {
        path: `/${segments.join("/")}`,
        pattern: new RegExp(`^/${source}/?$`, "u"),
        names,
        file: pathToFileURL(join(app, file)).href,
      };
    })
    .sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1));
}

// By code point: "}" and "~" come after every letter.
const rank = (path: string): string => path.replaceAll("[...", "~").replaceAll("[", "}");
