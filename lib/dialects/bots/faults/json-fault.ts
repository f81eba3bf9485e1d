/** Where a text stops being JSON, and why. */
export type JsonFault = { readonly reason: string; readonly offset: number };

// The reader of bodies takes no deeper ones.
const DEPTH_LIMIT = 200;
const SPACE = /[ \t\n\r]*/uy;
const LITERAL = /null|true|false|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/uy;
const STRING_RUN = /(?:[^"\\\p{Cc}]|[\u007f-\u009f])*/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/uy;

/**
 * The first fault of a text that is no JSON, in the words and at the offset (in UTF-16 units) that Python's `json` module
 * gives (CPython 3.11, Lib/json/decoder.py and scanner.py). Null where it finds none.
 */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;
  let depth = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return false;
    at += found[0].length;
    return true;
  };
  const fail = (reason: string, offset = at): never => {
    throw new Fault(reason, offset);
  };

  function value(): void {
    const start = at;
    if (++depth > DEPTH_LIMIT) fail("Too deeply nested");
    if (text[at] === '"') string();
    else if (text[at] === "{") members();
    else if (text[at] === "[") items();
    else if (!match(LITERAL)) fail("Expecting value", start);
    depth--;
  }

  function string(): void {
    const start = at++;
    for (;;) {
      match(STRING_RUN);
      if (at >= text.length) fail("Unterminated string starting at", start);
      if (text[at] === '"') {
        at++;
        return;
      }
      if (text[at] !== "\\") fail("Invalid control character at");
      if (match(ESCAPE)) continue;
      if (at + 1 >= text.length) fail("Unterminated string starting at", start);
      fail(text[at + 1] === "u" ? "Invalid \\uXXXX escape" : "Invalid \\escape", text[at + 1] === "u" ? at + 1 : at);
    }
  }

  function members(): void {
    at++;
    match(SPACE);
    if (text[at] === "}") {
      at++;
      return;
    }
    for (;;) {
      if (text[at] !== '"') fail("Expecting property name enclosed in double quotes");
      string();
      match(SPACE);
      if (text[at] !== ":") fail("Expecting ':' delimiter");
      at++;
      match(SPACE);
      value();
      match(SPACE);
      if (text[at] === "}") {
        at++;
        return;
      }
      if (text[at] !== ",") fail("Expecting ',' delimiter");
      at++;
      match(SPACE);
    }
  }

  function items(): void {
    at++;
    match(SPACE);
    if (text[at] === "]") {
      at++;
      return;
    }
    for (;;) {
      value();
      match(SPACE);
      if (text[at] === "]") {
        at++;
        return;
      }
      if (text[at] !== ",") fail("Expecting ',' delimiter");
      at++;
      match(SPACE);
    }
  }

  try {
    match(SPACE);
    value();
    match(SPACE);
    return at < text.length ? { reason: "Extra data", offset: at } : null;
  } catch (thrown) {
    if (thrown instanceof Fault) return { reason: thrown.message, offset: thrown.offset };
    throw thrown;
  }
}

class Fault extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}
