import fc from "fast-check";
import { expect, test } from "vitest";
import { json, written } from "./json.ts";

/** Larger than what is written at once. */
const LONG = 140_000;

test("a value is written as JSON.stringify writes it, however large", { timeout: 30_000 }, () => {
  const long = fc.constantFrom("a", '"', "\\", "\n", "\u0000", "é", "😀", "x\ud83d").map((text) => text.repeat(LONG));
  const leaf = fc.oneof(long, fc.string({ unit: "binary" }), fc.double(), fc.boolean(), fc.constant(null), fc.date());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.constant(undefined),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, long, (inner, text) => {
      for (const whole of [inner, [inner, text], { a: inner, b: undefined, c: text }]) {
        const pieces = [...written(whole)].join("");
        // Where a pair of surrogates is cut in two it is written otherwise, and read as the same.
        expect(JSON.parse(pieces)).toEqual(JSON.parse(JSON.stringify(whole) ?? "null"));
      }
    }),
    { numRuns: 20 },
  );
});

test("numbers that are kept to the digit stay so, and dates are texts", () => {
  const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown }; // not in TypeScript's library yet
  const value = { id: rawJSON("12345678901234567890"), at: new Date(0), text: "x".repeat(LONG) };
  expect([...written(value)].join("")).toBe(JSON.stringify(value));
});

test("others have their turn while a large answer is written, and it is one like any other", async () => {
  const value = { items: Array.from({ length: 100 }, (_, n) => ({ n, text: "word ".repeat(10_000) })) };
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const response = json(value, { status: 201, headers: { "x-a": "b" } });
  expect([response.status, response.headers.get("content-type"), response.headers.get("x-a")]).toEqual([
    201,
    "application/json",
    "b",
  ]);
  expect(await response.json()).toEqual(value);
  isOver = true;
  expect(turns).toBeGreaterThan(30);
});

test("a small answer is one piece, and what has no value is null", async () => {
  expect(json({ a: 1 }).headers.get("content-type")).toBe("application/json");
  expect(await json([undefined, 1]).text()).toBe("[null,1]");
});
