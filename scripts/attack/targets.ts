import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import * as web from "../../lib/dialects/web/index.ts";
import { ApiKeyBody } from "../../lib/dialects/web/new-key.ts";
import type { JsonSchema } from "./values.ts";

/** An operation that requests are made for. Paths have their parameters in braces. */
export type Operation = {
  readonly method: string;
  readonly path: string;
  readonly body: JsonSchema | null;
  readonly query: readonly string[];
  /** Whether it takes a form with a file. */
  readonly isForm: boolean;
};

export type Targets = {
  readonly operations: readonly Operation[];
  readonly components: JsonSchema;
  /** Ids of the owner's things, by the name of the path parameter that takes them. */
  readonly ids: Readonly<Record<string, string>>;
};

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: JsonSchema };
};
type Described = {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
};

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** Routes that take a file in a form. */
const FORMS = /^\/api\/v1\/beta\/(?:files|directories\/\{\w+\}\/files\/upload)$/u;
/** The schemas of the web app's routes, by the names that these have for them. */
const WEB_SCHEMAS: Readonly<Record<string, unknown>> = { ...web, ApiKeyBody };
/** Fields that the routes without a schema read: those of next-auth. */
const AUTH_BODY: JsonSchema = {
  type: "object",
  required: ["email", "password", "name"],
  properties: Object.fromEntries(
    ["email", "password", "name", "csrfToken", "callbackUrl", "json"].map((name) => [name, { type: "string" }]),
  ),
};
const AUTH_PATHS = [
  "session",
  "csrf",
  "providers",
  "signin",
  "signin/credentials",
  "callback/credentials",
  "signout",
  "_log",
];
/** Of these a request would end the others: they are asked for by methods that change nothing. */
const LEFT_OUT = /^\/(?:sign-in\/link|api\/app\/account\/sign-out)$/u;

/** All that the server serves: what its document tells, its other routes, and its pages. */
export async function findTargets(url: string, key: string): Promise<Targets> {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document; // our own
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => {
      const query = parameters.flatMap((one) => (one.in === "query" ? [one.name] : []));
      return {
        method: method.toUpperCase(),
        path,
        body: requestBody?.content["application/json"]?.schema ?? null,
        query,
        isForm: method === "post" && FORMS.test(path),
      };
    }),
  );
  const known = new Set(documented.map(({ path }) => path.replaceAll(/\{\w+\}/gu, "{}")));
  const others = [
    ...routeFiles(),
    ...AUTH_PATHS.flatMap((path) =>
      ["GET", "POST"].map((method) => ({ path: `/api/auth/${path}`, method, body: AUTH_BODY, query: ["callbackUrl"] })),
    ),
  ]
    .filter(({ path }) => !known.has(path.replaceAll(/\{\w+\}/gu, "{}")) && !LEFT_OUT.test(path))
    .map((operation): Operation => ({ ...operation, isForm: false }));
  const pages = ["/", "/agents", "/indexes", "/account", "/sign-in", "/docs", "/s/{session_id}", "/nothing"].flatMap(
    (path) =>
      ["GET", "POST"].map(
        (method): Operation => ({
          method,
          path,
          body: null,
          query: ["error", "callbackUrl"],
          isForm: false,
        }),
      ),
  );
  return {
    operations: [...documented, ...others, ...pages],
    components: document.components.schemas,
    ids: await makeThings(url, key),
  };
}

/** What the route files serve, with what their schemas read. */
function routeFiles(): Omit<Operation, "isForm">[] {
  const app = join(import.meta.dirname, "../../app");
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("/route.ts"))
    .flatMap((file) => {
      const text = readFileSync(join(app, file), "utf8");
      const path = `/${file.slice(0, -"/route.ts".length)}`.replaceAll(/\[(?:\.\.\.)?(\w+)\]/gu, "{$1}");
      return METHODS.filter((method) => text.includes(` ${method}: `) || text.includes(` ${method}(`)).map((method) => {
        const own = partOf(text, method);
        return { path, method, body: schemaIn(own, "body"), query: Object.keys(fieldsOf(schemaIn(own, "query"))) };
      });
    });
}

/** What a route file says of one method: up to the next. */
function partOf(text: string, method: string): string {
  const [, own = ""] = text.split(new RegExp(` ${method}(?:: |\\()`, "u"));
  return own.split(/\n {2}(?:GET|POST|PUT|PATCH|DELETE): /u)[0] ?? "";
}

/** The schema that a route names for its body or its query; null: none that is known here. */
function schemaIn(text: string, what: "body" | "query"): JsonSchema | null {
  const schema = WEB_SCHEMAS[new RegExp(`\\b${what}: (\\w+)`, "u").exec(text)?.[1] ?? ""];
  return schema instanceof z.ZodType ? z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) : null;
}

const fieldsOf = (schema: JsonSchema | null): JsonSchema => (schema?.properties ?? {}) as JsonSchema; // zod writes an object

/** Makes things of the owner's by their routes; gives the id of each. */
export const maker = (url: string, key: string) => {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return async (path: string, body: object): Promise<string> => {
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly id?: unknown }; // an object, or the line below says so
    if (typeof answer.id !== "string") throw new Error(`POST ${path} made nothing: ${JSON.stringify(answer)}`);
    return answer.id;
  };
};

/** One thing of each kind, so that ids in paths can be right. */
async function makeThings(url: string, key: string): Promise<Readonly<Record<string, string>>> {
  const made = maker(url, key);
  const agent = await made("/api/agents", { name: "attacked" });
  const session = await made("/api/sessions", { agent });
  const user = await made("/api/users", { name: "attacked" });
  const file = await made("/api/app/files?name=attacked.json", { text: "of a file" });
  const ids = {
    session_id: session,
    agent_id: agent,
    assistant_id: agent,
    bot: agent,
    user_id: user,
    file_id: file,
    tool_id: await made(`/api/agents/${agent}/tools`, { name: "attacked", type: "function" }),
    doc_id: await made(`/api/agents/${agent}/docs`, { title: "attacked", content: "a text" }),
    index_id: await made("/api/v1/indexes", { name: "attacked" }),
    directory_id: await made("/api/v1/beta/directories", { name: "attacked" }),
  };
  return { ...ids, ...Object.fromEntries(Object.entries(ids).map(([name, id]) => [camel(name), id])) };
}

const camel = (name: string): string => name.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
