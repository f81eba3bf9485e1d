import { lexemesOf, type Wanted } from "../../db/message-words.ts";
import { isUnspaced, termsOf } from "../recall/terms.ts";
import { folded } from "./fold.ts";

/**
 * A shorter beginning of a word is a word: as a beginning it would be looked up in a large part of everybody's words.
 */
const LEAST_OF_BEGINNING = 3;
const LETTER = String.raw`[\p{L}\p{N}\p{M}]`;
const LAST_WORD = new RegExp(`${LETTER}+$`, "u");

/**
 * What a text asks for: its words, the last one as the beginning of a word, phrases in quotation marks, and pairs of
 * characters where there are no spaces. Null: it asks for nothing.
 */
export function wantedIn(text: string): Wanted | null {
  const asked = folded(text).trimEnd();
  const { words, exact } = termsOf(asked);
  if (words.length + exact.length === 0) return null;
  const [last = ""] = LAST_WORD.exec(asked.toLowerCase()) ?? [];
  const isLast = words.includes(last);
  return {
    words: isLast ? [...words.filter((word) => word !== last), last] : words,
    isBegun: isLast && [...last].length >= LEAST_OF_BEGINNING,
    exact,
  };
}

/** What is wanted as a pattern for text that is folded and in lower case: each word by itself. */
export function patternOf({ words, isBegun, exact }: Wanted): RegExp {
  const begun = isBegun ? words.at(-1) : undefined;
  const beginnings = new Set([begun, ...exact.flatMap((one) => /^'([^']+)':\*$/u.exec(one)?.[1] ?? [])]);
  const all = [...new Set([...words, ...exact.flatMap(lexemesOf)])].toSorted((a, b) => b.length - a.length);
  const parts = all.map((word) => {
    // Its characters are found within others.
    if (isUnspaced(word)) return word;
    return `(?<!${LETTER})${word}${beginnings.has(word) ? "" : `(?!${LETTER})`}`;
  });
  return new RegExp(parts.join("|"), "gu");
}
