const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COMMA] = [
  0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c,
];

/** What walks a value goes down as deep as it is nested. */
export const JSON_DEPTH = 200;
/** Each value costs memory however short it is written: `{}` takes 60 bytes. */
export const JSON_VALUES = 100_000;

/**
 * How many values a JSON text holds, or somewhat more, and which maximum it is over, if any. It is told of any text, as
 * it is or as UTF-8, and read no further than to the maximum: a parser would give each value an object first.
 */
export function jsonShape(
  json: string | Uint8Array,
  { depth: maxDepth = JSON_DEPTH, values: maxValues = JSON_VALUES } = {},
): { readonly values: number; readonly over: "depth" | "values" | null } {
  // A look at a byte costs a fraction of one at a character, and no byte of a longer character is one of the signs.
  const bytes = typeof json === "string" ? new TextEncoder().encode(json) : json;
  let depth = 0;
  let values = 1;
  let isInText = false;
  for (let n = 0; n < bytes.length; n++) {
    const byte = bytes[n];
    if (isInText) {
      if (byte === QUOTE) isInText = false;
      else if (byte === BACKSLASH) n++;
    } else if (byte === QUOTE) isInText = true;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      values++;
      if (++depth > maxDepth) return { values, over: "depth" };
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    if (values > maxValues) return { values, over: "values" };
  }
  return { values, over: null };
}
