import { RE2JS, RE2JSException } from "re2js";
import { ChatError } from "../../domain/errors.ts";

const MOST_CHARACTERS = 500;
/** So many steps a pattern may have: each character of a line costs at most as much as there are steps. */
const MOST_STEPS = 300;
/** So much of a line is looked at in one go, and so many steps times characters, which is some ten milliseconds. */
const LONGEST = 4000;
const MOST_IN_ONE_GO = 240_000;
/**
 * What a step may be made of, before the engine is asked: it unfolds repetitions, and whole alphabets, at its leisure.
 */
const MOST_UNFOLDED = 2000;
const MOST_PROPERTIES = 20;
const MOST_WIDE_RANGES = 4;

/** Where a pattern stands in a line, in UTF-16 units. */
export type LineMatch = { readonly from: number; readonly to: number };

export type LinePattern = {
  /** So many characters of a line are to be looked at in one go, 800 to 4,000: nobody else has a turn meanwhile. */
  readonly longest: number;
  /**
   * Where it stands first in a line from a place on, empty or not; null: nowhere. `\b` and `^` see what stands before
   * the place.
   */
  readonly find: (line: string, from: number) => LineMatch | null;
};

/** What is wrong with a pattern, in a sentence. */
export const unfit = (message: string): ChatError => new ChatError("bad-request", message, { field: "pattern" });

/**
 * Makes a regular expression as RE2 has them: no look-arounds, no back references, and a time that grows with the line
 * and not with the ways in which it can be read. One search of a line takes at most its length times 300 steps.
 *
 * Throws "bad-request" with a sentence for a pattern that is broken, or so large that to make it would take long.
 */
export function linePattern(pattern: string): LinePattern {
  refuseLarge(pattern);
  const expression = compiled(pattern);
  const steps = expression.programSize();
  if (steps > MOST_STEPS) throw tooLarge();
  return {
    longest: Math.min(LONGEST, Math.floor(MOST_IN_ONE_GO / steps)),
    find(line, from) {
      const matcher = expression.matcher(line);
      return from <= line.length && matcher.find(from) ? { from: matcher.start(), to: matcher.end() } : null;
    },
  };
}

/** The place behind the character that stands at a place. */
export const behind = (line: string, place: number): number =>
  place + ((line.codePointAt(place) ?? 0) > 0xffff ? 2 : 1);

const tooLarge = () => unfit("The pattern is too large: repeat less, or choose between less");

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown;
    const sentence = thrown.message.replace("error parsing regexp: ", "");
    throw unfit(`The pattern cannot be read: ${sentence.slice(0, 200).toWellFormed()}`);
  }
}

/** Refuses what would take long to make, by what can be seen without reading it: rather too much than too little. */
function refuseLarge(pattern: string): void {
  if (pattern.length > MOST_CHARACTERS) throw unfit(`A pattern has at most ${MOST_CHARACTERS} characters`);
  // Between these every sign stands for itself, so that nothing could be counted.
  if (/\\Q/u.test(pattern)) throw unfit("\\Q is not taken: write a backslash before each sign");
  if (countOf(pattern, /\\p/giu) > MOST_PROPERTIES) throw unfit(`A pattern has at most ${MOST_PROPERTIES} times \\p`);
  const ignoresCase = /\(\?[a-z]*i/iu.test(pattern);
  if (ignoresCase && countOf(pattern, /-(?:\\[xu]|[^\0-\x7f])/giu) > MOST_WIDE_RANGES) {
    throw unfit(`With (?i) a pattern has at most ${MOST_WIDE_RANGES} ranges beyond the Latin alphabet`);
  }
  if (unfolded(pattern) > MOST_UNFOLDED) throw tooLarge();
}

const countOf = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

/**
 * At least so many parts as a pattern has once its repetitions are written out. Those of groups may stand in each
 * other.
 */
function unfolded(pattern: string): number {
  let parts = pattern.length;
  let times = 1;
  for (const [, bracket, least, most] of pattern
    .replaceAll(/\\[^pPxu]/gu, "..")
    .matchAll(/(\)?)\{(\d+)(?:,(\d*))?\}/gu)) {
    const count = Math.max(1, Number(least), Number(most ?? 0));
    if (bracket === ")") times *= count;
    else parts += count;
  }
  return parts * times;
}
