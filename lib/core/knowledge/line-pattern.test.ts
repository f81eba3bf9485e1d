import { expect, test } from "vitest";
import { behind, type LineMatch, linePattern } from "./line-pattern.ts";

/** All matches in a line, and the longest time that the engine took for itself, in milliseconds of its process. */
function matchesOf(
  pattern: string,
  line: string,
  most = 100,
): { readonly matches: LineMatch[]; readonly longestMs: number } {
  const matches: LineMatch[] = [];
  let longestMs = 0;
  const timed = <T>(work: () => T): T => {
    const before = process.cpuUsage().user;
    const made = work();
    longestMs = Math.max(longestMs, (process.cpuUsage().user - before) / 1000);
    return made;
  };
  const { find } = timed(() => linePattern(pattern));
  let match = timed(() => find(line, 0));
  for (let n = 0; match && n < most; n++) {
    if (match.to > match.from) matches.push(match);
    const next = match.to > match.from ? match.to : behind(line, match.to);
    match = timed(() => find(line, next));
  }
  return { matches, longestMs };
}

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
  // What has a brace or a hyphen by itself is broken with the flag u, and means the same without.
  const flags = /^[{[]/u.test(pattern) && !pattern.includes("🍐") ? "g" : "gu";
  for (const line of LINES) {
    const expected = [...line.matchAll(new RegExp(pattern, flags))]
      .map((match) => ({ from: match.index, to: match.index + match[0].length }))
      .filter(({ from, to }) => to > from);
    expect([line, matchesOf(pattern, line).matches]).toEqual([line, expected]);
  }
});

test("case does not matter where the pattern says so", () => {
  expect(matchesOf("(?i)REVENUE [A-Z]+", "revenue Rose").matches).toEqual([{ from: 0, to: 12 }]);
});

test("what stands before the place of a search is seen by ^ and \\b", () => {
  expect(linePattern("^b").find("ab", 1)).toBeNull();
  expect(linePattern("\\bb").find("ab", 1)).toBeNull();
  expect(linePattern("b$").find("ab", 1)).toEqual({ from: 1, to: 2 });
});

const ways = Array.from({ length: 80 }, (_, n) => `a${n}`).join("|");
const LONG = ["a", "x", "ab", "東", "a東 x1"].map((text) => text.repeat(4000).slice(0, 4000));

// Each took another engine seconds, hours or for ever. The times are of two milliseconds to some dozen here; processes
// share their machine.
test.each([
  "(a+)+$",
  "(a|aa)+$",
  "((((a*)*)*)*)*b",
  "(\\w+\\s?)*\\.$",
  "(((((){200}){200}){200}){200}){200}",
  "(((((){9}){9}){9}){9}){9}",
  "((a{0}){200}){5}",
  `${"(){1000}".repeat(60)}`,
  `x(?:.*(?:${ways})z)?`,
  `[${"\\d".repeat(240)}]`,
  `[${"\\pL".repeat(160)}]`,
  `(?i)[${"A-\\x{1e942}".repeat(40)}]`,
  `(?i)[${"A-𞥂".repeat(100)}]`,
  "(?:a|b)*a(?:a|b){90}",
  "(a?){100}a{100}",
  `(?:${"(?:.*x)?".repeat(20)})?`,
  ".{290}",
  "\\Q[\\E(){1000}",
])("17: %s is refused, or holds nobody up for long", (pattern) => {
  for (const line of LONG) {
    let longestMs = 0;
    try {
      longestMs = matchesOf(pattern, line, 8).longestMs;
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "bad-request" });
    }
    expect(longestMs).toBeLessThan(1000);
  }
});

test("17: what is large is refused before the engine unfolds it", () => {
  const before = process.cpuUsage().user;
  for (const pattern of [
    "(){1000}".repeat(60),
    `(?i)[${"A-𞥂".repeat(100)}]`,
    `[${"\\pL".repeat(160)}]`,
    "(a{99}){99}",
  ]) {
    expect(() => linePattern(pattern)).toThrow(/too large|at most/u);
  }
  expect((process.cpuUsage().user - before) / 1000).toBeLessThan(100);
});

test.each([
  "(\\d{1,3}\\.){3}\\d{1,3}",
  "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  "(?i)(?:total|net) revenue.{0,100}\\$?\\d+(?:[.,]\\d{3}){1,4}",
  "[\\p{L}\\p{N}]+ \\p{Lu}\\p{Ll}*",
])("%s is not too large", (pattern) => {
  expect(linePattern(pattern).find("", 0)).toBeNull();
});

test.each([
  ["(", "missing closing"],
  [")", "unexpected"],
  ["[a", "missing closing"],
  ["*", "missing argument"],
  ["a**", "nested repetition"],
  ["(?=a)", "invalid"],
  ["(a)\\1", "invalid escape"],
  ["\\", "backslash"],
  ["\\p{Nonsense}", "invalid character class"],
  ["[z-a]", "range"],
  ["a{1001}", "repeat count"],
  ["a".repeat(501), "500"],
])("%s is refused in a sentence", (pattern, words) => {
  expect(() => linePattern(pattern)).toThrow(words);
});

test("S1: of a line the less is looked at in one go the larger a pattern is", () => {
  expect(linePattern("revenue|profit").longest).toBe(4000);
  const { longest } = linePattern(`(?:${"a?".repeat(140)})*[xy]`);
  expect([longest >= 800, longest <= 900]).toEqual([true, true]);
});
