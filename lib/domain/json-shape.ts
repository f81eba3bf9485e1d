const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COMMA] = [
  0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c,
];

/** What walks a value goes down as deep as it is nested. */
export const JSON_DEPTH = 200;
/** Each value costs memory however short it is written: `{}` takes 60 bytes. */
export const JSON_VALUES = 100_000;

/**
 * How many values a JSON text holds, or somewhat more, and which maximum it is over, if any. It is told of any text, and
 * read no further than to the maximum: a parser would give each value an object first.
 */
export function jsonShape(
  text: string,
  { depth: maxDepth = JSON_DEPTH, values: maxValues = JSON_VALUES } = {},
): { readonly values: number; readonly over: "depth" | "values" | null } {
  let depth = 0;
  let values = 1;
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    if (code === QUOTE) n = endOfString(text, n);
    else if (code === COMMA) values++;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      values++;
      if (++depth > maxDepth) return { values, over: "depth" };
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    if (values > maxValues) return { values, over: "values" };
  }
  return { values, over: null };
}

/** Where the string ends that begins at `start`: at its quote, or behind the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (before - 1 > start && text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
