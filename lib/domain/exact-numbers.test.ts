import fc from "fast-check";
import { expect, test } from "vitest";
import { digitsValue, exactJson, exactValue, markNoted, parseExact, parseNoting, renote } from "./exact-numbers.ts";

const BIG = '{"id":2512292042121000001,"n":[-9007199254740993,1.5,7],"t":"2512292042121000001"}';

test("13: a number that JavaScript rounds is written as it was read", () => {
  expect(exactJson(parseExact(BIG))).toBe(BIG);
  expect(JSON.stringify(exactValue(parseExact(BIG)))).toBe(BIG);
  // As a row: through JSON and back.
  expect(exactJson(JSON.parse(JSON.stringify(parseExact(BIG))))).toBe(BIG);
});

test("13: other numbers are numbers", () => {
  expect(parseExact('{"a":9007199254740991,"b":0.1234567890123456789,"c":1e3}')).toEqual({
    a: 9007199254740991,
    b: 0.12345678901234568,
    c: 1000,
  });
});

test("13: a template reads the digits", () => {
  expect(digitsValue(parseExact(BIG))).toEqual({
    id: "2512292042121000001",
    n: ["-9007199254740993", 1.5, 7],
    t: "2512292042121000001",
  });
});

test("13: what a parse had to round is noted, for whoever may have it whole", () => {
  const value = parseNoting(BIG);
  expect(value).toEqual(JSON.parse(BIG));
  expect(exactJson(markNoted(value))).toBe(BIG);
  const source = parseNoting('{"id":2512292042121000001}') as object; // an object, as it stands there
  const copy = { ...source };
  renote(source, copy);
  expect(exactJson(markNoted(copy))).toBe('{"id":2512292042121000001}');
});

test("a value without such numbers stays the same value", () => {
  const value = { a: [1, { b: "x" }], c: null };
  expect(exactValue(value)).toBe(value);
  expect(markNoted(value)).toBe(value);
});

test("13: any JSON with whole numbers of any size comes back as it was", () => {
  const leaf = fc.oneof(
    fc.bigInt().map(String),
    fc.string().map((text) => JSON.stringify(text.replaceAll("\uF8F0", ""))),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value")).map((items) => `[${items.join(",")}]`),
      fc
        .uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/u))
        .chain((keys) =>
          fc
            .tuple(...keys.map(() => tie("value")))
            .map((values) => `{${keys.map((key, n) => `"${key}":${values[n]}`).join(",")}}`),
        ),
    ),
  })).value;
  fc.assert(fc.property(json, (text) => exactJson(parseExact(String(text))) === text));
});
