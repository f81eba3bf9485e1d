/**
 * Reads an array of texts of one dimension as PostgreSQL writes it (its manual, "Array Input and Output Syntax"): in
 * braces with commas between; a text that could be taken for something else stands in double quotes, where a backslash
 * stands before each quote and backslash. Throws where it is something else.
 *
 * The `pg` client's own way goes letter by letter and takes 150 ms for a text of a megabyte, on the event loop.
 */
export function parseTextArray(text: string): (string | null)[] {
  if (!text.startsWith("{") || !text.endsWith("}")) throw none(text);
  const end = text.length - 1;
  const items: (string | null)[] = [];
  if (end === 1) return items;
  for (let at = 1; ; at++) {
    const isQuoted = text[at] === '"';
    if (text[at] === "{") throw none(text);
    const stop = isQuoted ? closingQuote(text, at + 1) : nextComma(text, at, end);
    if (stop < 0) throw none(text);
    items.push(isQuoted ? unescaped(text.slice(at + 1, stop)) : bare(text.slice(at, stop)));
    at = isQuoted ? stop + 1 : stop;
    if (at === end) return items;
    if (text[at] !== ",") throw none(text);
  }
}

const none = (text: string): Error => new Error(`No array of texts: ${text.slice(0, 100)}`);

function nextComma(text: string, from: number, end: number): number {
  const found = text.indexOf(",", from);
  return found < 0 ? end : found;
}

/** The place of the quote that ends a text; -1: there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - 1 - backslashes >= from && text[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** Its escapes are among those of JSON, which V8 reads ten times as fast as a pattern replaces them. */
const unescaped = (text: string): string =>
  text.includes("\\") ? JSON.parse(`"${text.replaceAll(CONTROL, asEscape)}"`) : text;

/** JSON has them only as escapes. */
const CONTROL = /\p{Cc}/gu;

const asEscape = (control: string): string => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;

const bare = (text: string): string | null => (text === "NULL" ? null : text);
