/** Characters of a block, beyond which it is shown as it was written. */
const MAX_CHARACTERS = 60_000;
/** Signs of a block, each of which is compared with those before it. */
const MAX_SIGNS = 4000;
const MAX_CELLS = 20_000;
/** Quotations and lists within each other on one line. */
const TOO_DEEP = /^(?:[ \t]{0,20}(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){40}/mu;

/**
 * Whether a block is made to be slow: what somebody wrote in order to be read has far less of everything. Takes time in
 * line with the text's length.
 */
export function isTooMuch(text: string): boolean {
  if (text.length > MAX_CHARACTERS || TOO_DEEP.test(text)) return true;
  let signs = 0;
  let cells = 0;
  for (const sign of text) {
    if ("[]*_~`!<&$\\".includes(sign)) signs++;
    else if (sign === "|") cells++;
  }
  return signs > MAX_SIGNS || cells > MAX_CELLS;
}
