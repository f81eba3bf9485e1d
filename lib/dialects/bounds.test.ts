import { expect, test } from "vitest";
import { z } from "zod";
import { anyJson, jsonObject, list, MOST_ISSUES, record, sized, text } from "./bounds.ts";

const faults = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues ?? [];

test("S1: a text that is too long is asked nothing else", () => {
  let asked = 0;
  const schema = text(10)
    .refine(() => ++asked > 0)
    .regex(/x/u);
  expect(faults(schema, "y".repeat(11))).toMatchObject([{ code: "too_big", maximum: 10 }]);
  expect(asked).toBe(0);
});

test("S2: a list that is too long is refused before its items are read", () => {
  let read = 0;
  const schema = list(
    z.unknown().refine(() => ++read > 0),
    3,
  ).min(1);
  expect(faults(schema, [1, 2, 3, 4])).toMatchObject([{ code: "too_big", origin: "array", maximum: 3 }]);
  expect(read).toBe(0);
  expect([faults(schema, []).length, schema.parse([1, 2, 3]).length]).toEqual([1, 3]);
});

test("S2: a list of bad items is read up to some hundred faults, however they are nested", () => {
  let read = 0;
  const item = z.unknown().refine(() => ++read < 0);
  expect(faults(list(item, 100_000), Array(100_000).fill(1)).length).toBe(MOST_ISSUES);
  expect(read).toBe(MOST_ISSUES);
  const forms = z.union([z.object({ a: z.string(), b: z.string() }), list(z.string(), 1000), z.number()]);
  read = 0;
  const counted = z.unknown().transform((value) => {
    read++;
    return value;
  });
  const outer = faults(list(counted.pipe(forms), 100_000), Array(100_000).fill(Array(1000).fill(1)));
  expect(read).toBeLessThan(3);
  expect(outer.length).toBeLessThan(3);
});

test("S2: a list knows its items, its maximum and its place in a schema for others", () => {
  const schema = z.object({
    a: list(z.int(), 2).min(1).nullish().describe("Numbers"),
    b: list(z.string(), 1).default([]),
  });
  expect(schema.parse({ a: [1, 2] })).toEqual({ a: [1, 2], b: [] });
  expect(faults(schema, { a: [1, "x"] })).toMatchObject([{ path: ["a", 1] }]);
  expect(z.toJSONSchema(schema)).toMatchObject({
    properties: { a: { description: "Numbers" }, b: { type: "array", maxItems: 1 } },
  });
});

test("S2: a record has so many keys of so many characters", () => {
  const schema = record(z.number());
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
  expect(Object.keys(schema.parse(keys(2048))).length).toBe(2048);
  expect(faults(schema, keys(2049)).length).toBe(1);
  expect(faults(schema, { ["k".repeat(513)]: 1 }).length).toBe(1);
  expect(faults(schema, { a: "x", b: "y" }).length).toBe(2);
  expect(faults(schema, [])).toMatchObject([{ code: "invalid_type", expected: "record" }]);
});

test.each<[string, unknown]>([
  ["a text", "x".repeat(1_000_001)],
  ["texts", Array(1001).fill("x".repeat(1000))],
  ["keys", Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`${n}`.padStart(501, "k"), 1]))],
  ["values", Array(20_001).fill(1)],
  ["levels", JSON.parse("[".repeat(102) + "]".repeat(102))],
  ["very many levels", JSON.parse("[".repeat(100_000) + "]".repeat(100_000))],
])("S2: JSON of any shape has a maximum of %s", (_, value) => {
  expect(faults(anyJson(), value).length).toBe(1);
  expect(faults(jsonObject(), { a: value }).length).toBe(1);
  expect(faults(sized(z.looseObject({})), { a: value }).length).toBe(1);
});

test("S2: JSON of any shape is taken as it is", () => {
  const value = { a: [1, null, { b: "x" }], "": true };
  expect([anyJson().parse(value), jsonObject().parse(value), anyJson().optional().parse(undefined)]).toEqual([
    value,
    value,
    undefined,
  ]);
});
