/** Where a text stops being JSON, and why. */
export type JsonFault = { readonly reason: string; readonly offset: number };

// The reader of bodies takes no deeper ones.
const DEPTH_LIMIT = 200;
const SPACE = /[ \t\n\r]*/uy;
const LITERAL = /null|true|false|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/uy;
const [QUOTE, BACKSLASH, FIRST_PRINTABLE] = [0x22, 0x5c, 0x20];
const ESCAPED = '"\\/bfnrt';
const HEX = /^[0-9a-fA-F]{4}$/u;

/** A text that is read, and how far. */
type Reader = { readonly text: string; at: number; depth: number };

/** Goes on behind what a pattern finds here. Gives whether it finds anything. */
function match(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (!found) return false;
  reader.at += found[0].length;
  return true;
}

/** Goes on behind a sign where it is the next. Gives whether it is. */
function take(reader: Reader, sign: string): boolean {
  if (reader.text[reader.at] !== sign) return false;
  reader.at++;
  return true;
}

function fail(reason: string, offset: number): never {
  throw new Fault(reason, offset);
}

/**
 * The first fault of a text that is no JSON, in the words and at the offset (in UTF-16 units) that Python's `json`
 * module gives (CPython 3.11, Lib/json/decoder.py and scanner.py). Null where it finds none.
 */
export function jsonFault(text: string): JsonFault | null {
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    match(reader, SPACE);
    readValue(reader);
    match(reader, SPACE);
    return reader.at < text.length ? { reason: "Extra data", offset: reader.at } : null;
  } catch (thrown) {
    if (thrown instanceof Fault) return { reason: thrown.message, offset: thrown.offset };
    throw thrown;
  }
}

function readValue(reader: Reader): void {
  const start = reader.at;
  if (++reader.depth > DEPTH_LIMIT) fail("Too deeply nested", start);
  const sign = reader.text[start];
  if (sign === '"') readString(reader);
  else if (take(reader, "{")) readMembers(reader);
  else if (take(reader, "[")) readItems(reader);
  else if (!match(reader, LITERAL)) fail("Expecting value", start);
  reader.depth--;
}

function readString(reader: Reader): void {
  const { text } = reader;
  const start = reader.at;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      reader.at = at + 1;
      return;
    }
    if (code < FIRST_PRINTABLE) fail("Invalid control character at", at);
    if (code === BACKSLASH) at = endOfEscape(text, at, start);
  }
  fail("Unterminated string starting at", start);
}

/** Where the escape ends that begins at `at`. */
function endOfEscape(text: string, at: number, start: number): number {
  if (at + 1 >= text.length) fail("Unterminated string starting at", start);
  const sign = text.charAt(at + 1);
  if (ESCAPED.includes(sign)) return at + 1;
  if (sign !== "u") fail("Invalid \\escape", at);
  if (!HEX.test(text.slice(at + 2, at + 6))) fail("Invalid \\uXXXX escape", at + 1);
  return at + 5;
}

/** The members of an object, behind its bracket. */
function readMembers(reader: Reader): void {
  match(reader, SPACE);
  if (take(reader, "}")) return;
  for (;;) {
    if (reader.text[reader.at] !== '"') fail("Expecting property name enclosed in double quotes", reader.at);
    readString(reader);
    match(reader, SPACE);
    if (!take(reader, ":")) fail("Expecting ':' delimiter", reader.at);
    match(reader, SPACE);
    readValue(reader);
    match(reader, SPACE);
    if (take(reader, "}")) return;
    if (!take(reader, ",")) fail("Expecting ',' delimiter", reader.at);
    match(reader, SPACE);
  }
}

/** The items of a list, behind its bracket. */
function readItems(reader: Reader): void {
  match(reader, SPACE);
  if (take(reader, "]")) return;
  for (;;) {
    readValue(reader);
    match(reader, SPACE);
    if (take(reader, "]")) return;
    if (!take(reader, ",")) fail("Expecting ',' delimiter", reader.at);
    match(reader, SPACE);
  }
}

class Fault extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}
