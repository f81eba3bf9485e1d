import { expect, test } from "vitest";
import { looksLikeJson, readAnswer } from "./call-answer";

test.each([
  ["as text", "42", "text", false, { answer: { output: "42", isError: false } }],
  ["as JSON", "42", "json", false, { answer: { output: 42, isError: false } }],
  ["as an object", '{"sky":"grey"}', "json", false, { answer: { output: { sky: "grey" }, isError: false } }],
  ["as a failure", "no window", "text", true, { answer: { output: { error: "no window" }, isError: true } }],
  ["empty", " \n", "text", false, { fault: "Write the answer" }],
  ["empty, as a failure", "", "text", true, { fault: "Say what went wrong" }],
  ["as JSON that is none", "{sky: grey}", "json", false, { fault: expect.stringContaining("no JSON") }],
  ["too long", "x".repeat(256 * 1024), "text", false, { fault: expect.stringContaining("too long") }],
] as const)("16: an answer to a call %s is read", (_, text, kind, isError, expected) => {
  expect(readAnswer(text, kind, isError)).toEqual(expected);
});

test("16: what looks like JSON is told from words", () => {
  expect(['{"a":1}', "[1]", "{a", "42", "grey"].map(looksLikeJson)).toEqual([true, true, false, false, false]);
});
