import { expect, test } from "vitest";
import { CITATION, withoutCitations } from "./citation.ts";

test.each([
  ["As shown [3] and [4, 5][6].", "As shown ［3］ and ［4, 5］［6］."],
  ["rows[1] = f(x)[2]; m[1][2]", "rows[1] = f(x)[2]; m[1][2]"],
  ["保証は二年[2]。", "保証は二年［2］。"],
])("17.7: %j told to a model names no source, and is as long", (text, told) => {
  expect(withoutCitations(text)).toBe(told);
  expect(told).toHaveLength(text.length);
  expect(told.match(CITATION)).toBeNull();
});
