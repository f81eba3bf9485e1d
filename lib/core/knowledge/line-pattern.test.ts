import { expect, test } from "vitest";
import { linePattern } from "./line-pattern.ts";

const LINES = [
  "",
  "a",
  "aaa bbb ccc",
  "Revenue rose 4 % and profit fell 12.5 %",
  "foo.bar(baz) [x] {y}",
  "naïve café 東京 🍐🍎 ß",
  "one, two; three\tfour",
  "2026-11-27T21:36:38Z",
  "aXbXc aXc abcabcabd",
  "word_word words wordy",
];
const PATTERNS = [
  "a",
  "a+",
  "a*b",
  "revenue|profit",
  "(?:Revenue|profit) (?:rose|fell) [\\d.]+",
  "\\bword\\b",
  "\\Bord",
  "^a",
  "c$",
  "[a-c]{2,3}",
  "[^\\s]+",
  "(ab|abc)+d?",
  "a.?X",
  "[a-z]+?",
  "\\d{4}-\\d\\d-\\d{2}",
  "x{0,2}y",
  "{y}",
  "[\\]x]",
  "東.",
  "🍐",
  "[🍎-🍐🍏]",
  "\\p{Lu}",
  "\\u{1F350}|\\x61",
  "(?:)b",
  "(?:a|)b|c",
  "(a*)*b",
  "[-a]+",
];

test.each(PATTERNS)("%s is found where JavaScript finds it", (pattern) => {
  const own = linePattern(pattern);
  // What has a brace or a hyphen by itself is broken with the flag u, and means the same without.
  const flags = /^[{[]/u.test(pattern) && !pattern.includes("🍐") ? "g" : "gu";
  for (const line of LINES) {
    const expected = [...line.matchAll(new RegExp(pattern, flags))]
      .map((match) => ({ from: match.index, to: match.index + match[0].length }))
      .filter(({ from, to }) => to > from);
    expect([line, own.matches(line)]).toEqual([line, expected]);
  }
});

test("case does not matter where the pattern says so", () => {
  expect(linePattern("(?i)REVENUE [A-Z]+").matches("revenue Rose")).toEqual([{ from: 0, to: 12 }]);
});

test.each(["(a+)+$", "(a|aa)+$", "(.*)*x", "((((a*)*)*)*)*b", "(\\w+\\s?)*\\.$"])(
  "%s, which takes others 2 to the power of the length, costs a line its length times the pattern",
  (pattern) => {
    const own = linePattern(pattern);
    expect(own.matches(`${"a".repeat(2000)}!`)).toEqual([]);
    expect(own.cost()).toBeLessThan(2001 * 40);
  },
);

test.each(["(a?){100}a{100}b", "a.*b|a"])("%s, which takes long in a line, is given up in a sentence", (pattern) => {
  const startedAt = performance.now();
  expect(() => linePattern(pattern).matches("a".repeat(4000))).toThrow("too long in a line");
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test.each([
  ["(", "not closed"],
  [")", "not opened"],
  ["[a", "not closed"],
  ["*", "repeats nothing"],
  ["a**", "needs a group"],
  ["(?=a)", "not taken"],
  ["(a)\\1", "not taken"],
  ["\\", "backslash"],
  ["\\p{Nonsense}", "no property"],
  ["\\p{L", "written as"],
  ["[z-a]", "before it begins"],
  ["a{201}", "at most 200"],
  ["(a{100}){100}", "too large"],
  ["(".repeat(60), "deep"],
  ["a".repeat(1001), "1000"],
])("%s is refused in a sentence", (pattern, words) => {
  expect(() => linePattern(pattern)).toThrow(words);
});
