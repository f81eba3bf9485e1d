import { ChatError } from "../../domain/errors.ts";

/** Whether a character, by its code point, is of a kind. */
export type CharacterTest = (codePoint: number) => boolean;

/** What a pattern is made of. */
export type PatternNode =
  | { readonly type: "character"; readonly test: CharacterTest }
  | { readonly type: "place"; readonly at: "start" | "end" | "word-edge" | "no-word-edge" }
  | { readonly type: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly type: "choice"; readonly items: readonly PatternNode[] }
  | {
      readonly type: "repeat";
      readonly item: PatternNode;
      readonly least: number;
      /** Infinity: any number. */
      readonly most: number;
      readonly isLazy: boolean;
    };

/** What is wrong with a pattern, in a sentence. */
export const unfit = (message: string): ChatError => new ChatError("bad-request", message, { field: "pattern" });

const MOST_CHARACTERS = 1000;
const MOST_DEPTH = 50;
const MOST_TIMES = 200;

const isWordCharacter = /[\p{L}\p{N}_]/u;
const of = (kind: RegExp): CharacterTest => faster((codePoint) => kind.test(String.fromCodePoint(codePoint)));
const not =
  (test: CharacterTest): CharacterTest =>
  (codePoint) =>
    !test(codePoint);

/** The same test, that knows its answers for ASCII beforehand. */
function faster(test: CharacterTest): CharacterTest {
  const known = Uint8Array.from({ length: 128 }, (_, codePoint) => Number(test(codePoint)));
  return (codePoint) => (codePoint < 128 ? known[codePoint] === 1 : test(codePoint));
}

export const isWord = of(isWordCharacter);
const isDigit = of(/[0-9]/u);
const isSpace = of(/\s/u);
const isAny = faster((codePoint) => codePoint !== 0x0a && codePoint !== 0x0d);
const KINDS: ReadonlyMap<string, CharacterTest> = new Map([
  ["d", isDigit],
  ["D", not(isDigit)],
  ["w", isWord],
  ["W", not(isWord)],
  ["s", isSpace],
  ["S", not(isSpace)],
]);
const SIGNS: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["f", "\f"],
  ["v", "\v"],
  ["0", "\0"],
]);

/**
 * Reads a regular expression of the usual kind: characters, classes, groups, choices, repetitions, places, `(?i)` at its
 * beginning. Throws "bad-request" with a sentence for one that is broken, too long, or has what cannot be looked for in one pass: look-arounds
 * and back references.
 */
export function parsePattern(pattern: string): PatternNode {
  if (pattern.length > MOST_CHARACTERS) throw unfit(`A pattern has at most ${MOST_CHARACTERS} characters`);
  const ignoresCase = pattern.startsWith("(?i)");
  const characters = [...(ignoresCase ? pattern.slice(4) : pattern)];
  const reader: Reader = { characters, at: 0, depth: 0, ignoresCase };
  const node = readChoice(reader);
  if (reader.at < characters.length) throw unfit("A bracket is closed that was not opened");
  return node;
}

type Reader = { readonly characters: readonly string[]; at: number; depth: number; readonly ignoresCase: boolean };

const next = ({ characters, at }: Reader): string | undefined => characters[at];
const rest = ({ characters, at }: Reader, length: number): string => characters.slice(at, at + length).join("");

function readChoice(reader: Reader): PatternNode {
  if (++reader.depth > MOST_DEPTH) throw unfit(`Groups are nested at most ${MOST_DEPTH} deep`);
  const items = [readSequence(reader)];
  while (next(reader) === "|") {
    reader.at++;
    items.push(readSequence(reader));
  }
  reader.depth--;
  return { type: "choice", items };
}

function readSequence(reader: Reader): PatternNode {
  const items: PatternNode[] = [];
  for (let sign = next(reader); sign !== undefined && sign !== "|" && sign !== ")"; sign = next(reader)) {
    items.push(readRepeated(reader, readOne(reader, sign)));
  }
  return { type: "sequence", items };
}

function readRepeated(reader: Reader, item: PatternNode): PatternNode {
  const times = timesAt(reader);
  if (!times) return item;
  reader.at += times.length;
  const isLazy = next(reader) === "?";
  if (isLazy) reader.at++;
  if (timesAt(reader)) throw unfit("A repetition of a repetition needs a group");
  const most = Number.isFinite(times.most) ? times.most : 0;
  if (Math.max(times.least, most) > MOST_TIMES) throw unfit(`A repetition is at most ${MOST_TIMES} times`);
  if (times.least > times.most) throw unfit("A repetition has its numbers in the wrong order");
  return { type: "repeat", item, least: times.least, most: times.most, isLazy };
}

function timesAt(reader: Reader): { readonly least: number; readonly most: number; readonly length: number } | null {
  const many = Number.POSITIVE_INFINITY;
  switch (next(reader)) {
    case "*":
      return { least: 0, most: many, length: 1 };
    case "+":
      return { least: 1, most: many, length: 1 };
    case "?":
      return { least: 0, most: 1, length: 1 };
    case "{": {
      const [whole, least, comma, most] = /^\{(\d{1,4})(,?)(\d{0,4})\}/u.exec(rest(reader, 12)) ?? [];
      if (whole === undefined || (comma === "" && most !== "")) return null;
      const from = Number(least);
      return { least: from, most: comma === "" ? from : most === "" ? many : Number(most), length: whole.length };
    }
    default:
      return null;
  }
}

function readOne(reader: Reader, sign: string): PatternNode {
  if ("*+?".includes(sign)) throw unfit(`"${sign}" repeats nothing`);
  reader.at++;
  switch (sign) {
    case "(":
      return readGroup(reader);
    case "[":
      return { type: "character", test: faster(readClass(reader)) };
    case ".":
      return { type: "character", test: isAny };
    case "^":
      return { type: "place", at: "start" };
    case "$":
      return { type: "place", at: "end" };
    case "\\": {
      const edge = next(reader);
      if (edge !== "b" && edge !== "B") return { type: "character", test: readEscape(reader) };
      reader.at++;
      return { type: "place", at: edge === "b" ? "word-edge" : "no-word-edge" };
    }
    default:
      return { type: "character", test: literal(reader, sign) };
  }
}

function readGroup(reader: Reader): PatternNode {
  if (next(reader) === "?") {
    const head = /^\?(?::|P?<[A-Za-z_]\w{0,31}>)/u.exec(rest(reader, 40))?.[0];
    if (head === undefined) throw unfit("Look-arounds and switches within a pattern are not taken");
    reader.at += head.length;
  }
  const inner = readChoice(reader);
  if (next(reader) !== ")") throw unfit("A bracket is not closed");
  reader.at++;
  return inner;
}

/** A character by itself, in both cases where case does not matter. */
function literal({ ignoresCase }: Reader, sign: string): CharacterTest {
  const own = sign.codePointAt(0);
  if (!ignoresCase) return (codePoint) => codePoint === own;
  const folded = sign.toLowerCase();
  return faster((codePoint) => String.fromCodePoint(codePoint).toLowerCase() === folded);
}

function readEscape(reader: Reader): CharacterTest {
  const sign = escaped(reader);
  return typeof sign === "string" ? literal(reader, sign) : sign;
}

/** What stands behind a backslash: a character, or a kind of them. */
function escaped(reader: Reader): string | CharacterTest {
  const sign = next(reader);
  if (sign === undefined) throw unfit("Nothing stands behind the last backslash");
  reader.at++;
  const known = KINDS.get(sign) ?? SIGNS.get(sign);
  if (known !== undefined) return known;
  if (sign === "p" || sign === "P") return property(reader, sign === "P");
  if (sign === "x" || sign === "u") return byNumber(reader, sign);
  if (/[1-9k]/u.test(sign)) throw unfit("Back references are not taken");
  if (/[A-Za-z]/u.test(sign)) throw unfit(`"\\${sign}" means nothing here`);
  return sign;
}

function property(reader: Reader, isOther: boolean): CharacterTest {
  const [whole, name] = /^\{([A-Za-z_=]{1,40})\}/u.exec(rest(reader, 44)) ?? [];
  if (whole === undefined) throw unfit("A property of characters is written as \\p{L}");
  reader.at += whole.length;
  try {
    // One character is asked about at a time, by a name of letters alone.
    const test = of(new RegExp(`\\p{${name}}`, "u"));
    return isOther ? not(test) : test;
  } catch {
    throw unfit(`There is no property of characters "${name}"`);
  }
}

function byNumber(reader: Reader, sign: "x" | "u"): string {
  const form = sign === "x" ? /^([\dA-Fa-f]{2})/u : /^(?:\{([\dA-Fa-f]{1,6})\}|([\dA-Fa-f]{4}))/u;
  const [whole, first, second] = form.exec(rest(reader, 8)) ?? [];
  const codePoint = Number.parseInt(first ?? second ?? "", 16);
  if (whole === undefined || codePoint > 0x10ffff) throw unfit(`"\\${sign}" needs the number of a character`);
  reader.at += whole.length;
  return String.fromCodePoint(codePoint);
}

function readClass(reader: Reader): CharacterTest {
  const isOther = next(reader) === "^";
  if (isOther) reader.at++;
  const tests: CharacterTest[] = [];
  for (let isFirst = true; isFirst || next(reader) !== "]"; isFirst = false) {
    const from = member(reader);
    if (typeof from !== "string") {
      tests.push(from);
      continue;
    }
    if (next(reader) !== "-" || reader.characters[reader.at + 1] === "]") {
      tests.push(literal(reader, from));
      continue;
    }
    reader.at++;
    tests.push(range(reader, from, member(reader)));
  }
  reader.at++;
  const isOne: CharacterTest = (codePoint) => tests.some((test) => test(codePoint));
  return isOther ? not(isOne) : isOne;
}

function member(reader: Reader): string | CharacterTest {
  const sign = next(reader);
  if (sign === undefined) throw unfit("A class of characters is not closed");
  reader.at++;
  if (sign !== "\\") return sign;
  if (next(reader) !== "b") return escaped(reader);
  reader.at++;
  return "\b";
}

function range({ ignoresCase }: Reader, first: string, last: string | CharacterTest): CharacterTest {
  const [from, to] = [first.codePointAt(0) ?? 0, typeof last === "string" ? (last.codePointAt(0) ?? 0) : -1];
  if (to < from) throw unfit("A range of characters ends before it begins");
  const isIn = (codePoint: number | undefined) => codePoint !== undefined && codePoint >= from && codePoint <= to;
  if (!ignoresCase) return isIn;
  return (codePoint) => {
    const sign = String.fromCodePoint(codePoint);
    return isIn(codePoint) || isIn(sign.toLowerCase().codePointAt(0)) || isIn(sign.toUpperCase().codePointAt(0));
  };
}
