import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import pg from "pg";
import { startPostgres } from "../lib/testing/postgres-server.ts";
import { startRedis } from "../lib/testing/redis-server.ts";

// What stands around a server that is given secrets: a model provider and a tool that tell back what they were told, a
// collector, a database and a Redis with passwords.

export type Listening = { readonly url: string; readonly host: string; readonly close: () => Promise<void> };

async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server on a port has this address
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Every way in which a provider here fails; a question names one as `MODE:…`. */
export const MODES = [
  ...[400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503].map(String),
  "redirect",
  "reset",
  "in-stream",
  "no-json",
] as const;

/**
 * A model provider that says in each of its errors which key it was sent, whole, cut and encoded. A question names how
 * it is to fail, and so does an address `/mode-…/v1` for its list of models, which holds the key too.
 */
export const startModel = (): Promise<Listening> =>
  listen(async (request, response) => {
    const { headers } = request;
    const url = request.url?.replace(/\?.*$/u, "") ?? "";
    const body = await bodyOf(request);
    const key = headers.authorization?.replace("Bearer ", "") ?? "none";
    const asked = /^\/mode-([\w-]+)\//u.exec(url) ?? /MODE:([\w-]+)/u.exec(body.slice(body.lastIndexOf("MODE:")));
    const mode = asked?.[1] ?? "";
    const message = told(key, JSON.stringify(headers));
    const error = { error: { message, type: message, code: message, param: message } };
    if (/^\d/u.test(mode)) {
      return json(response, Number(mode), error, { "retry-after": "0", "x-key": key, "www-authenticate": key });
    }
    if (mode === "redirect") return response.writeHead(307, { location: `/v1/models?key=${key}` }).end();
    if (mode === "reset") return response.destroy();
    if (/\/(?:embeddings|models)$/u.test(url) && mode !== "") {
      const text = mode === "no-json" ? `no ${key}` : JSON.stringify(error);
      return response.writeHead(200, { "content-type": "application/json" }).end(text);
    }
    if (url.endsWith("/models")) {
      return json(response, 200, { data: [{ id: "test-model" }, { id: `for ${key}` }, { id: "named", name: key }] });
    }
    if (url.endsWith("/embeddings")) {
      return json(response, 200, { data: [{ embedding: [1, 0] }], usage: { prompt_tokens: 1 } });
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (mode === "in-stream") return response.end(`data: ${JSON.stringify(error)}\n\n`);
    if (mode === "no-json") return response.end(`data: {"key": ${key}\n\n`);
    return response.end(answer(body));
  });

const told = (key: string, headers: string): string =>
  `Incorrect API key provided: ${key}. ${key.slice(0, 24)}… ${encodeURIComponent(key)} ` +
  `${Buffer.from(key).toString("base64")} ${headers}`;

/** Calls the first tool that is offered; says what it gave, once it did. */
function answer(body: string): string {
  const { messages, tools } = JSON.parse(body);
  const last = messages.at(-1);
  const call = {
    index: 0,
    id: "call-1",
    type: "function",
    function: { name: tools?.[0]?.function.name, arguments: "{}" },
  };
  const isAsking = last.role !== "tool" && JSON.stringify(last).includes("Look it up");
  const delta = isAsking
    ? { tool_calls: [call] }
    : { content: last.role === "tool" ? `It says ${last.content}` : "Yes." };
  const chunk = { choices: [{ index: 0, delta, finish_reason: isAsking ? "tool_calls" : "stop" }] };
  return `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
}

/** What a tool calls: it tells back what it was sent, in its body, in a redirect, or not at all. */
export const startSite = (): Promise<Listening> =>
  listen(async (request, response) => {
    const { headers } = request;
    const url = request.url?.replace(/\?.*$/u, "") ?? "";
    if (url.startsWith("/break")) return response.destroy();
    if (url.startsWith("/move")) return response.writeHead(302, { location: `/echo?${headers.authorization}` }).end();
    const body = await bodyOf(request);
    json(response, 200, { url, headers, body }, { "x-sent": headers.authorization ?? "" });
  });

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A collector of OpenTelemetry: what it was sent. */
export async function startCollector() {
  const bodies: string[] = [];
  const server = await listen(async (request, response) => {
    bodies.push(`${request.url} ${await bodyOf(request)}`);
    json(response, 200, {});
  });
  return { ...server, bodies: (): readonly string[] => bodies };
}

/** PostgreSQL and Redis behind passwords. */
export async function startStores(passwords: {
  readonly database: string;
  readonly direct: string;
  readonly redis: string;
}) {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const pool = new pg.Pool({ connectionString: `${postgres.url}/postgres` });
  pool.on("error", () => {});
  await pool.query(`create role parley superuser login password '${passwords.database}'`);
  await pool.query(`create role direct superuser login password '${passwords.direct}'`);
  const client = new Redis(redis.url);
  client.on("error", () => {});
  await client.config("SET", "requirepass", passwords.redis);
  const { host } = new URL(postgres.url);
  return {
    host,
    pool,
    databaseUrl: `postgresql://parley:${passwords.database}@${host}/postgres`,
    directUrl: `postgresql://direct:${passwords.direct}@${host}/postgres`,
    redisUrl: `redis://:${passwords.redis}@127.0.0.1:${redis.port}`,
    /** Everything that is in Redis, as one text. */
    async redisText() {
      const keys = await client.keys("*");
      return JSON.stringify(
        await Promise.all(keys.map(async (key) => [key, (await client.dumpBuffer(key))?.toString("latin1")])),
      );
    },
    stopDatabase: async () => {
      await pool.end();
      await postgres.stop();
    },
    stopRedis: async () => {
      client.disconnect();
      await redis.stop();
    },
  };
}

/** Every column of every table with what it holds, as one text. */
export async function columnsOf(pool: pg.Pool): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ place: string; read: string }>(`
    select format('%s.%s', c.table_name, c.column_name) as place,
           format('select %I as value from %I.%I where %I is not null', c.column_name, c.table_schema, c.table_name, c.column_name) as read
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')`);
  const columns = new Map<string, string>();
  for (const { place, read } of rows) {
    const values = (await pool.query<{ value: unknown }>(read)).rows.map(({ value }) => value);
    const texts = values.map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : JSON.stringify(value)));
    columns.set(place, texts.join("\n"));
  }
  return columns;
}
