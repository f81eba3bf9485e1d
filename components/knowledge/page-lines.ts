/** A line of a page so long, in characters, ends where the page does, and not where its sentence or its row does. */
const FULL = 60;
const BROKEN = new RegExp(
  `([^\\n]{${FULL}})\\n(?=[\\p{L}"“„(])(?!\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana})`,
  "gu",
);

/**
 * The text of a page, in whose lines it was stored, as it reads in a narrower column. Every character keeps its place.
 */
export const flowing = (text: string): string => text.replace(BROKEN, "$1 ");
