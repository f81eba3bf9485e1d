import { createHash } from "node:crypto";

// What is asked and answered: every question has a tag that is used once, and one right answer.

// biome-ignore format: a list of words
const WORDS = [
  "harbour", "lantern", "meadow", "granite", "violin", "kettle", "orchard", "compass", "velvet", "timber", "anchor", "saffron",
  "glacier", "pebble", "cinder", "willow", "marble", "copper", "thistle", "ember", "juniper", "cobalt", "parcel", "ribbon",
];
const TAG = /\[(c\d+-\d+)\]/gu;

/** Numbers from a seed: the same seed gives the same numbers (mulberry32). */
export type Dice = {
  /** At least 0, less than 1. */
  readonly next: () => number;
  /** A whole number of at least 0 and less than `count`. */
  readonly upTo: (count: number) => number;
  readonly chance: (share: number) => boolean;
};

/** Numbers from what is given, which may be of any kind and number. */
export function dice(...seeds: readonly (string | number)[]): Dice {
  let state = createHash("sha256").update(seeds.join(" ")).digest().readUInt32LE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, upTo: (count) => Math.floor(next() * count), chance: (share) => next() < share };
}

export const questionOf = (tag: string): string => `Question [${tag}]: what comes after the ${word(dice(tag))}?`;

/** The one right answer to a question: 30 to 80 numbered words, so that a piece that is missing or twice is seen. */
export function answerTo(tag: string): string {
  const chosen = dice(tag, "answer");
  const words = Array.from({ length: 30 + chosen.upTo(51) }, (_, n) => `${word(chosen)}${n}`);
  return `About ${tag}: ${words.join(" ")}, and that is all of ${tag}.`;
}

const word = (chosen: Dice): string => WORDS[chosen.upTo(WORDS.length)] ?? "";

/** The tags of the questions in a text, in order. */
export const tagsOf = (text: string): string[] => [...text.matchAll(TAG)].flatMap(([, tag]) => tag ?? []);

/** A text without what a server may trim. */
export const bare = (text: string): string => text.replace(/\s+/gu, "");

export const shortened = (text: string, length = 160): string =>
  text.length <= length ? text : `${text.slice(0, length / 2)} … ${text.slice(-length / 2)}`;
