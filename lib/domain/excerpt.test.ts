import { expect, test } from "vitest";
import { excerpt, shortened } from "./excerpt.ts";

test.each<[unknown, string]>([
  [{ a: [1, null, true, "x"], b: {} }, '{"a":[1,null,true,"x"],"b":{}}'],
  ['a\u0000"', '"a\\u0000\\""'],
  [undefined, "null"],
  [[], "[]"],
])("S2: %j is shown whole", (value, text) => {
  expect([excerpt(value, 100), shortened(value, 100)]).toEqual([text, value]);
});

test.each<[string, unknown]>([
  ["a text", "x".repeat(8_000_000)],
  ["a list", Array(1_000_000).fill({ a: 1 })],
  ["a key", { ["k".repeat(8_000_000)]: 1 }],
  ["pairs of surrogates", "😀".repeat(1000)],
])("S2: of %s the beginning is shown", (_, value) => {
  const text = excerpt(value, 99);
  expect([text.length <= 100, text.endsWith("…"), text.isWellFormed()]).toEqual([true, true, true]);
  expect(shortened(value, 99)).toBe(text);
});
