import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { AccountBody } from "./dialects/web/schema.ts";
import { AuthFields } from "./http/auth-body.ts";
import type { Handler } from "./http/endpoint.ts";
import { routeTable } from "./testing/server.ts";

// Walks the schemas of every route, so that no text, list or object of a request can be without a maximum.

type Schema = z.core.$ZodTypes;
type Read = { readonly name: string; readonly schema: Schema };

const schemas: Read[] = [
  { name: "sign-in fields", schema: AuthFields as unknown as Schema }, // any schema is one of zod's
  { name: "sign-in credentials", schema: AccountBody.partial({ password: true }) as unknown as Schema },
];
for (const { path, file } of routeTable()) {
  const module: Record<string, Handler> = await import(/* @vite-ignore */ file);
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    const { query, body } = module[method]?.reads ?? {};
    if (query) schemas.push({ name: `${method} ${path} query`, schema: query as unknown as Schema });
    if (body) schemas.push({ name: `${method} ${path} body`, schema: body as unknown as Schema });
  }
}

test("S2: the schemas of the routes are found", () => {
  expect(schemas.length).toBeGreaterThan(60);
});

test.each(schemas.map(({ name, schema }) => [name, schema] as const))("S2: all of %s has a maximum", (_, schema) => {
  expect(withoutMaximum(schema)).toEqual([]);
});

/** The places in a schema that take what has no maximum. */
function withoutMaximum(root: Schema): string[] {
  const found: string[] = [];
  const seen = new Set<Schema>();
  function walk(schema: Schema, place: string, isSized: boolean): void {
    if (seen.has(schema)) return;
    seen.add(schema);
    const inSize = isSized || "jsonBounds" in schema._zod.bag;
    const missing = missingMaximum(schema, inSize);
    if (missing !== null) found.push(`${place}: ${missing}`);
    for (const [name, inner] of partsOf(schema)) walk(inner, place + name, inSize);
  }
  walk(root, "", false);
  return found;
}

/**
 * What a schema takes without a maximum, besides what its parts take; null: nothing. `isSized`: its JSON is measured.
 */
function missingMaximum(schema: Schema, isSized: boolean): string | null {
  const { def, bag, traits } = schema._zod;
  switch (def.type) {
    case "string":
      return hasMaximum(schema) || isId(schema) ? null : "a text";
    case "array":
      return traits.has("BoundedArray") && hasMaximum(schema) ? null : "a list";
    case "record":
      return "maxKeys" in bag ? null : "an object of any keys";
    case "unknown":
    case "any":
      return isSized ? null : "JSON of any shape";
    case "number":
    case "boolean":
    case "enum":
    case "literal":
    case "null":
    case "never":
    case "transform":
      return null;
    default:
      return partsOf(schema).length > 0 ? null : `a schema that this test does not know (${def.type})`;
  }
}

/** The schemas that a schema is made of, with where they stand in it. */
function partsOf({ _zod: { def } }: Schema): (readonly [name: string, inner: Schema])[] {
  const named = (name: string, inner: z.core.$ZodType) => [name, inner as Schema] as const; // any schema is one of zod's
  switch (def.type) {
    case "array":
      return [named("[]", def.element)];
    case "record":
      return [named("{}", def.valueType)];
    case "object": {
      const fields = Object.entries(def.shape).map(([key, inner]) => named(`.${key}`, inner));
      return def.catchall ? [...fields, named(".*", def.catchall)] : fields;
    }
    case "union":
      return def.options.map((option, n) => named(`|${n}`, option));
    case "intersection":
      return [named("", def.left), named("", def.right)];
    case "pipe":
      return [named("", def.in), named("", def.out)];
    case "lazy":
      return [named("", def.getter())];
    default:
      return "innerType" in def ? [named("", def.innerType)] : [];
  }
}

const hasMaximum = ({ _zod: { def } }: Schema): boolean =>
  "checks" in def && (def.checks ?? []).some((check) => "maximum" in check._zod.def);
const isId = ({ _zod: { def } }: Schema): boolean =>
  "format" in def && (def.format === "guid" || def.format === "uuid");

/** Beginnings of texts that patterns go wrong at, each to be repeated: an address, spaces, brackets, marks, signs. */
const WORST: readonly (readonly [begin: string, repeated: string, end: string])[] = [
  ["a@", ".a", ","],
  ["", "a@", ","],
  ["a@a", ".", ""],
  ["", " ", "x"],
  ["1", " ", "x"],
  ["", "9", "x"],
  ["-", "0", "."],
  ["", "a-", "!"],
  ["", "_", "!"],
  ["data:image/", "a+", ","],
  ["http://", "a.", " "],
  ["http://a/", "%2f..", "["],
  ["", "{{", ""],
  ["", "[[", "]"],
  ["", '"', "x"],
  ["", "en-", "!"],
  ["", "İ", ""],
  ["", "😀", ""],
  ["", "e\u0301", "\u0000"],
  ["", "\u200b", "\u202e"],
];
const SIZE = 200 * 1024;

describe("S1: every field takes its time in step with what is sent, as", () => {
  const fields = allFields();
  test.each(WORST)("%j and %j again and again, then %j", { timeout: 120_000 }, (begin, repeated, end) => {
    const textOf = (size: number) => begin + repeated.repeat(Math.ceil(size / repeated.length)) + end;
    // What no maximum cuts off, and what the shortest maxima let through.
    const texts = [250, 16_000, SIZE].map((size) => [textOf(size), textOf(4 * size)] as const);
    for (const [field, name] of fields) {
      for (const [short, long] of texts) {
        const isLinear = timeOf(field, long) <= 8 * timeOf(field, short) + 10;
        // Another is asked only where something disturbed the clock.
        if (!isLinear) expect([name, timeOf(field, long) <= 8 * timeOf(field, short) + 10]).toEqual([name, true]);
      }
    }
  });
});

/** The schemas of all fields with what wraps them, each once. */
function allFields(): ReadonlyMap<Schema, string> {
  const fields = new Map<Schema, string>();
  const seen = new Set<Schema>();
  function walk(schema: Schema, place: string): void {
    if (seen.has(schema)) return;
    seen.add(schema);
    for (const [name, inner] of partsOf(schema)) {
      if (name.startsWith(".")) fields.set(inner, place + name);
      walk(inner, place + name);
    }
  }
  for (const { name, schema } of schemas) walk(schema, name);
  return fields;
}

/** Milliseconds that a schema needs for a text, the least of two tries. */
function timeOf(field: Schema, value: string): number {
  const tries = [0, 1].map(() => {
    const startedAt = performance.now();
    // Zod's classes have it; a text where none is wanted is refused at once.
    (field as unknown as z.ZodType).safeParse(value);
    return performance.now() - startedAt;
  });
  return Math.min(...tries);
}
