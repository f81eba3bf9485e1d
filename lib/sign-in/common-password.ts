import { COMMON_WORDS } from "./common-words.ts";

/** Digits alone need so many: dates and telephone numbers have fewer. */
const FEWEST_DIGITS = 12;
/** So much around a common word makes no password of it. */
const MOST_AROUND = 6;
const MOST_WORDS = 3;
/** Whoever uses more has not used what is tried first. */
const LONGEST = 40;

/** Rows and columns of keyboards, and the alphabet: what fingers run along. */
const RUNS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  ..."1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol 0p".split(" "),
];
const STEPS: ReadonlySet<string> = new Set(
  RUNS.flatMap((run) =>
    [...run].slice(1).flatMap((next, n) => {
      const here = run.charAt(n);
      return [here + next, next + here, here + here, next + next];
    }),
  ),
);
const LEET: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "@": "a",
    $: "s",
    "!": "i",
    "|": "l",
  }),
);

/**
 * Whether a password is one of those that are tried first: common words with some digits, runs along a keyboard, the
 * same again and again, digits alone, or the address that it is for.
 */
export function isCommonPassword(password: string, email: string | null): boolean {
  const text = password.normalize("NFKC").toLowerCase();
  const unit = repeatedUnit(text);
  if (unit !== null && (unit.length < 8 || isCommonPassword(unit, email))) return true;
  if (text.length > LONGEST) return false;
  if (/^\d+$/u.test(text) && text.length < FEWEST_DIGITS) return true;
  return isRun(text) || isWords(text) || (email !== null && isOfAddress(text, email));
}

/** What a text repeats all over, the last time perhaps in part; null where it does not. */
function repeatedUnit(text: string): string | null {
  for (let size = 1; size <= text.length / 2; size++) {
    const unit = text.slice(0, size);
    if (unit.repeat(Math.ceil(text.length / size)).startsWith(text)) return unit;
  }
  return null;
}

/**
 * Whether most steps from one character to the next are along a run; or those of every second one are, as in 1q2w3e4r.
 */
function isRun(text: string): boolean {
  const every = (step: number) => {
    const steps = [...text].slice(step).filter((next, n) => STEPS.has(text.charAt(n) + next));
    return steps.length >= 0.75 * (text.length - step);
  };
  return every(1) || every(2);
}

/** Whether it is a few common words, one after the other, with little around. */
function isWords(text: string): boolean {
  const [, before = "", middle = "", after = ""] = /^([^\p{L}]*)(.*?)([^\p{L}]*)$/su.exec(text) ?? [];
  if (before.length + after.length > MOST_AROUND) return false;
  // A sign at either end may stand for a letter of the word.
  const spellings = [middle, unleet(middle), unleet(before + middle), unleet(middle + after), unleet(text)];
  return spellings.some((one) => wordsIn(one.replaceAll(/[\s._-]/gu, "")) <= MOST_WORDS);
}

const unleet = (text: string): string => [...text].map((character) => LEET.get(character) ?? character).join("");

/** The fewest common words that a text is made of; infinite where it is made of other things too. */
function wordsIn(text: string): number {
  const fewest = [0];
  for (let end = 1; end <= text.length; end++) {
    const counts = fewest.map((count, from) => (COMMON_WORDS.has(text.slice(from, end)) ? count + 1 : Infinity));
    fewest.push(Math.min(...counts));
  }
  return text === "" ? Infinity : (fewest[text.length] ?? Infinity);
}

/** Whether it is an address, or a part of it, with little around. */
function isOfAddress(text: string, email: string): boolean {
  const bare = (part: string) => part.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  const [local = "", domain = ""] = email.split("@");
  const password = bare(text);
  const parts = [email, local, domain, domain.split(".")[0] ?? ""].map(bare).filter((part) => part.length >= 4);
  return parts.some((part) => password.includes(part) && password.length - part.length <= MOST_AROUND);
}
