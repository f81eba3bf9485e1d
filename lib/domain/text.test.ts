import fc from "fast-check";
import { expect, test } from "vitest";
import { cutWords, storable, storableJson, storablePieces } from "./text.ts";

const NUL = String.fromCharCode(0);
const HIGH = "\uD83D";
const LOW = "\uDE00";
const FACE = HIGH + LOW;

/** Texts of any code units: lone surrogates and NUL among them. */
const anyText = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
    { weight: 2, arbitrary: fc.constantFrom(NUL, HIGH, LOW, FACE, "a", " ") },
  ),
});

test.each([
  ["plain text", "añ 漢 😀", "añ 漢 😀"],
  ["NUL", `a${NUL}b`, "a\uFFFDb"],
  ["a lone high surrogate", `a${HIGH}b`, "a\uFFFDb"],
  ["a lone low surrogate", `${LOW}b`, "\uFFFDb"],
  ["surrogates the wrong way round", LOW + HIGH, "\uFFFD\uFFFD"],
  ["other control characters as they are", "\u0001\u001F\u007F\u2028\r\n", "\u0001\u001F\u007F\u2028\r\n"],
])("storable text: %s", (_, text, expected) => {
  expect(storable(text)).toBe(expected);
});

test("a storable text is well formed, without NUL, as long as before, and stays as it is the second time", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = storable(text);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).not.toContain(NUL);
      expect(clean).toHaveLength(text.length);
      expect(storable(clean)).toBe(clean);
    }),
  );
});

test("a clean JSON value is given back itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const clean = storableJson(value);
      fc.pre(JSON.stringify(clean) === JSON.stringify(value));
      expect(clean).toBe(value);
    }),
  );
});

test("every text in a JSON value is cleaned, keys included", () => {
  const dirty = { [`k${NUL}`]: [`v${HIGH}`, { deep: NUL }, 1, null, true] };
  expect(storableJson(dirty)).toEqual({ "k\uFFFD": ["v\uFFFD", { deep: "\uFFFD" }, 1, null, true] });
});

test("a key named __proto__ stays a key", () => {
  const clean = storableJson(JSON.parse(`{"__proto__":{"isAdmin":"\\u0000"}}`));
  expect(Object.keys(clean)).toEqual(["__proto__"]);
  expect(clean.isAdmin).toBeUndefined();
});

test("text in pieces comes to the same as the whole text, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(anyText), (pieces) => {
      const { push, rest } = storablePieces();
      const out = pieces.map(push);
      expect(out.join("") + rest()).toBe(storable(pieces.join("")));
    }),
  );
});

test("every piece of a text is storable by itself", () => {
  fc.assert(
    fc.property(fc.array(anyText), (pieces) => {
      const { push, rest } = storablePieces();
      for (const piece of [...pieces.map(push), rest()]) expect(storable(piece)).toBe(piece);
    }),
  );
});

test("half a pair waits for its other half", () => {
  const { push, rest } = storablePieces();
  expect([push(`a${HIGH}`), push(""), push(`${LOW}b`), rest()]).toEqual(["a", "", `${FACE}b`, ""]);
});

test("half a pair at the end becomes a replacement, once", () => {
  const { push, rest } = storablePieces();
  expect([push(HIGH), rest(), rest()]).toEqual(["", "\uFFFD", ""]);
});

test.each([
  ["a short text as it is", "short", 10, "…", "short"],
  ["white space as one space", "  a \n\t b  ", 10, "…", "a b"],
  ["at a word border", "one two three", 9, "…", "one two…"],
  ["a text of exactly the length", "0123456789", 10, "…", "0123456789"],
  ["one long word", "abcdefghijkl", 8, "...", "abcde..."],
  ["no half of a pair", `abc${FACE}${FACE}`, 5, "…", "abc…"],
])("cutting: %s", (_, text, max, ending, expected) => {
  expect(cutWords(text, max, ending)).toBe(expected);
});

test("a cut text is never longer than asked, well formed where the text was, and in one line", () => {
  const words = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", FACE, "漢"), maxLength: 200 });
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 80 }), (text, max) => {
      const cut = cutWords(text, max, "...");
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut).not.toMatch(/\n/u);
    }),
  );
});
