import { expect, test } from "vitest";
import { parsedArguments } from "./call-arguments.ts";

test.each<[string, string, unknown]>([
  ["nothing", "", {}],
  ["10a: null", "null", {}],
  ["10b: an object in a text", '"{\\"n\\":1}"', { n: 1 }],
  ["10b: an object in a text in a text", JSON.stringify(JSON.stringify('{"n":1}')), { n: 1 }],
  ["10c: an empty object first", '{}{"n":1}', { n: 1 }],
  ["10d: the same once more, spaced otherwise", '{"n":1}{"n": 1}', { n: 1 }],
  ["10d: with braces in texts", '{"n":"}{"}\n{"n":"}{"}', { n: "}{" }],
  ["two that differ", '{"n":1}{"n":2}', '{"n":1}{"n":2}'],
  ["17: what is broken", '{"city":"Os', '{"city":"Os'],
  ["a broken one behind an empty one", '{}{"city":"Os', '{}{"city":"Os'],
  ["a text", '"Oslo"', "Oslo"],
  ["a list", "[1]", [1]],
])("arguments: %s", (_, sent, expected) => {
  expect(parsedArguments(sent)).toEqual(expected);
});
