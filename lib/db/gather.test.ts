import { describe, expect, test } from "vitest";
import { gathering, termsIn, type WordShares } from "./gather.ts";

const OWNER = "01a21fb4-5e18-7390-987e-dd444c3e1b40";
const share = (word: string, of: number) => ({ word, share: of });
const shares: WordShares = {
  pieces: 100_000,
  least: 0.0005,
  words: [share("file", 0.2), share("files", 0.1), share("next", 0.6), share("quincewort", 0.002)],
};
const conditionsOf = (queries: readonly string[], known = shares) =>
  gathering(termsIn(queries, known), [OWNER], known).conditions;

describe("17: what a search by words reads", () => {
  test("a word counts with all words that begin so, and a phrase with its rarest word", () => {
    const told = termsIn(["'file':*", "'file' | 'next'", "'file' <-> 'quincewort'", "'unseen':*"], shares);
    const expected = [0.3, 0.8, 0.002, 0];
    for (const [n, term] of told.entries()) expect(term.share).toBeCloseTo(expected[n] ?? 0);
  });

  test("a term that many pieces have is looked for in its common forms, which are each found at once", () => {
    const [common, rare] = termsIn(["'file':*", "'quinc':*"], shares);
    expect(common?.narrow).toBe("('file') | ('files')");
    expect(rare?.narrow).toBe("'quinc':*");
  });

  test("pieces of the owners alone are looked for, but where these have most of all there is", () => {
    expect(conditionsOf(["'quinc':*"])).toEqual([`(('@${OWNER}')) & ('quinc':*)`]);
    const mine = { ...shares, words: [share(`@${OWNER}`, 0.9), ...shares.words] };
    expect(conditionsOf(["'quinc':*"], mine)).toEqual(["('quinc':*)"]);
  });

  test("rare terms are looked for by themselves, and common ones together with each other", () => {
    const mine = { ...shares, words: [share(`@${OWNER}`, 1), ...shares.words] };
    expect(conditionsOf(["'file':*", "'quinc':*", "'next'"], mine)).toEqual([
      "('quinc':*)",
      "((('file') | ('files')) & (('next')))",
      "((('file') | ('files')))",
    ]);
    expect(gathering(termsIn(["'file':*", "'next'"], mine), [OWNER], mine).hasRare).toBe(false);
  });

  test("a quotation mark in a word of the sample stays within its quotation", () => {
    const odd = { ...shares, words: [share("o'a", 0.4), share("o'b", 0.4)] };
    expect(termsIn(["'o''':*"], odd)[0]?.narrow).toBe("('o''a') | ('o''b')");
  });
});
