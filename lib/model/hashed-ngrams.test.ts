import { expect, test } from "vitest";
import { embedHashed } from "./hashed-ngrams.ts";

const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0);
const embed = async (...texts: readonly string[]) =>
  (await embedHashed(texts, { signal: AbortSignal.timeout(1000) })).vectors;

test("texts that share words, forms of them or misspelt ones are near each other, others are not", async () => {
  const [asked, same, misspelt, other] = await embed(
    "When does the harbour open?",
    "The harbour opens at nine.",
    "the harbuor opend",
    "Apples and pears are fruit.",
  );
  expect(cosine(asked, same)).toBeGreaterThan(0.3);
  expect(cosine(asked, misspelt)).toBeGreaterThan(0.2);
  expect(Math.abs(cosine(asked, other))).toBeLessThan(0.15);
});

test("a text has the same vector of length 1 always, and no text that of zeros", async () => {
  const [one, again, none] = await embed("東京タワー", "東京タワー", "?!");
  expect(one).toEqual(again);
  expect(cosine(one, one)).toBeCloseTo(1, 9);
  expect(none?.every((value) => value === 0)).toBe(true);
});

test("vectors stay as they are: they are stored", async () => {
  const [one] = await embed("ab");
  expect(one?.flatMap((value, n) => (value === 0 ? [] : [n]))).toEqual([125, 334]);
});
