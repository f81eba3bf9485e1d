import { expect, test } from "vitest";
import { openLongWork } from "../long-work.ts";
import { likeWords } from "./find.ts";
import { trigramMatcher } from "./trigrams.ts";

test("C6: words are compared in stretches of some milliseconds, and others get their turn in between", async () => {
  let time = 0;
  let rests = 0;
  const longWork = openLongWork(
    () => time,
    async () => {
      rests++;
    },
  );
  const likeness = trigramMatcher(["harbour"]);
  // Each word takes a millisecond.
  const counted = (word: string) => {
    time++;
    return likeness(word);
  };
  const words = Array.from({ length: 4000 }, (_, n) => (n === 7 ? "harbuor" : `pear${n}`));
  const found = await likeWords({ accountId: "a", longWork }, words, counted, 0.3);
  expect(found).toEqual([["harbuor", expect.closeTo(0.33, 2)]]);
  // The last one finds that nothing is left.
  expect(rests).toBe(4000 / 8 + 1);
});

test("C6: a word costs what it shares, however many are asked for, and is compared once", () => {
  const asked = Array.from({ length: 64 }, (_, n) => `asked${String.fromCodePoint(97 + (n % 26))}${n}`);
  const likeness = trigramMatcher(asked);
  expect(likeness("asked")).toBeGreaterThan(0.4);
  expect(likeness("x".repeat(100_000))).toBe(0);
});
