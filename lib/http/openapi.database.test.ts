import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../dialects/reference.ts";
import { openTestServer, routeTable, type TestServer } from "../testing/server.ts";
import type { Handler } from "./endpoint.ts";
import { references } from "./openapi.ts";

// The reference at /api/openapi.json: valid, complete, and of the very schemas that read the requests. That answers are
// as it says is checked with every answer of every other test, by `lib/testing/check-answer.ts`.

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const parts = await references();
const operations = parts.flatMap((reference) => reference.operations);
const shapeOf = (path: string) => path.replaceAll(/\[\.*\w+\]|\{\w+\}/gu, "{}");

/**
 * Routes of the web app, of the browser's navigation and of the server itself, and what answers for no path of ours.
 */
const isOutside = (path: string) =>
  path.startsWith("/api/app") ||
  path.startsWith("/api/auth") ||
  path.startsWith("/sign-in") ||
  path.endsWith("/[...rest]") ||
  ["/api", "/api/cron", "/api/health", "/api/metrics", "/api/openapi.json", "/docs"].includes(path);

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

test("it is a valid OpenAPI 3.1 document, for anybody", async () => {
  const response = await server.fetch("http://parley.test/api/openapi.json");
  expect(response.status).toBe(200);
  const document = await response.json();
  expect(document.openapi).toMatch(/^3\.1\./u);
  const { valid, errors } = await new Validator().validate(document);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document.tags).toHaveLength(parts.length);
  const ids = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test("it has every route of the dialects, and no other", async () => {
  const described = operations.flatMap(({ method, path, aliases = [] }) =>
    [path, ...aliases].map((one) => `${method} ${shapeOf(one)}`),
  );
  const served = await handlers();
  expect(described.toSorted()).toEqual(served.map(({ name }) => name).toSorted());
});

test("it describes the schemas that read the requests", async () => {
  const byName = new Map<string, Operation>(
    operations.flatMap((operation) =>
      [operation.path, ...(operation.aliases ?? [])].map(
        (path) => [`${operation.method} ${shapeOf(path)}`, operation] as const,
      ),
    ),
  );
  for (const { name, handler } of await handlers()) {
    const operation = byName.get(name);
    expect([name, operation?.body === handler.reads?.body, operation?.query === handler.reads?.query]).toEqual([
      name,
      true,
      true,
    ]);
  }
});

test.each(operations.filter(({ body }) => body).map((operation) => [operation.id, operation] as const))(
  "the example of %s is accepted",
  (_, { body, example }) => {
    expect(example).toBeDefined();
    expect(body?.safeParse(example)).toMatchObject({ success: true });
  },
);

test("each example of an error is one as the dialect words it", async () => {
  const { paths } = await (await server.fetch("http://parley.test/api/openapi.json")).json();
  for (const { error, operations } of parts) {
    for (const { path, method } of operations) {
      const { responses } = paths[path][method.toLowerCase()];
      const failures = Object.entries<Described>(responses).filter(([status]) => Number(status) >= 400);
      expect(failures.length).toBeGreaterThan(1);
      for (const [, { content }] of failures) {
        for (const { value } of Object.values(content["application/json"].examples)) {
          expect(error.safeParse(value)).toMatchObject({ success: true });
        }
      }
    }
  }
});

type Described = { content: { "application/json": { examples: Record<string, { value: unknown }> } } };

/** The handlers of the dialects' routes. What a route refuses, because it has no such method, reads nothing. */
async function handlers(): Promise<{ name: string; handler: Handler }[]> {
  const found: { name: string; handler: Handler }[] = [];
  for (const { path, file } of routeTable()) {
    if (isOutside(path)) continue;
    const module: Record<string, Handler> = await import(file);
    for (const method of METHODS) {
      const handler = module[method];
      if (handler?.reads) found.push({ name: `${method} ${shapeOf(path)}`, handler });
    }
  }
  return found;
}
