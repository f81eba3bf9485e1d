import { expect, test } from "vitest";
import { readingOrder } from "./reading-order.ts";

/** Runs one beside the other, from left to right. */
const placed = (...texts: readonly string[]) => texts.map((text, n) => ({ text, x: 10 * n }));

test.each<[string, readonly string[], string]>([
  ["letters from left to right", ["He", "llo ", "world"], "Hello world"],
  ["Hebrew, letter by letter", [...".םולש"], "שלום."],
  ["Arabic in the forms that it is drawn in", ["\ufee2", "\ufefc", "\ufeb3"], "سلام"],
  ["Hebrew with a number in it", [..."םלועל 2024 תנשב םולש"], "שלום בשנת 2024 לעולם"],
  ["a Hebrew word in an English line", ["The word ", "ם", "ו", "ל", "ש", " means peace"], "The word שלום means peace"],
  ["a whole line in one run", ["שלום עולם"], "שלום עולם"],
])("reads %s", (_, texts, expected) => {
  expect(readingOrder(placed(...texts)).normalize("NFKC")).toBe(expected.normalize("NFKC"));
});

test("reads Arabic that was placed from right to left as if it had been placed the other way", () => {
  const runs = [..."بستان"].map((text, n) => ({ text, x: 100 - 10 * n }));
  expect(readingOrder(runs)).toBe("بستان");
});

test("takes a line of very many letters in no more time than they take", () => {
  const runs = placed(...Array.from({ length: 100_000 }, (_, n) => (n % 2 === 0 ? "ש" : " ")));
  const startedAt = performance.now();
  expect(readingOrder(runs)).toHaveLength(100_000);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
