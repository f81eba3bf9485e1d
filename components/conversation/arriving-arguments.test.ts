import fc from "fast-check";
import { expect, test } from "vitest";
import { arrivingArguments } from "./arriving-arguments";

test.each([
  ["", {}],
  ["{", {}],
  ['{"qu', {}],
  ['{"query": "two wo', { query: "two wo" }],
  ['{"query": "a\\', { query: "a" }],
  ['{"query": "a\\u00', { query: "a" }],
  ['{"query": "a", "n": 1', { query: "a", n: 1 }],
  ['{"query": "a", "n": tr', { query: "a" }],
  ['{"list": ["a", {"b": "c', { list: ["a", { b: "c" }] }],
  ['{"a": "}"}', { a: "}" }],
])("of %s so much can be read", (text, read) => expect(arrivingArguments(text)).toEqual(read));

test("of any beginning of any arguments something can be read, and of all of them all", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (input, cut) => {
      const text = JSON.stringify(input);
      expect(arrivingArguments(text)).toEqual(JSON.parse(text));
      expect(arrivingArguments(text.slice(0, cut % (text.length + 1)))).toBeTypeOf("object");
    }),
  );
});
