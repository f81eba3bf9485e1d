/** A run of characters as it stands on a line. `x`: where it begins, from the left. */
export type Run = { readonly text: string; readonly x: number };

const RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Or one of the others, so that both are asked in this order. */
const LTR = /[\p{L}\p{N}]/u;
/**
 * Letters as they are drawn, which have other characters than the letters that are written: at an end, in the middle.
 */
const DRAWN = /[\u{fb1d}-\u{fdff}\u{fe70}-\u{fefc}]+/gu;

type Way = "rtl" | "ltr" | null;
type Group = { readonly way: Way; readonly runs: string[] };

/**
 * The text of a line as it is read. PDFs place letters from left to right, whichever way they are read, and each run
 * has its own letters in the order of reading already: so runs that are read from right to left are turned, and the
 * whole line is where most of it is read so.
 */
export function readingOrder(runs: readonly Run[]): string {
  const asGiven = runs.map(({ text }) => text).join("");
  if (!RTL.test(asGiven)) return asGiven;
  // No other order than that of the places is the same in all PDFs.
  const placed = runs.filter(({ text }) => text !== "").toSorted((a, b) => a.x - b.x);
  const isRtl = count(asGiven, RTL) * 2 > count(asGiven, LTR);
  const ways = settled(
    placed.map(({ text }): Way => (RTL.test(text) ? "rtl" : LTR.test(text) ? "ltr" : null)),
    isRtl ? "rtl" : "ltr",
  );
  const groups: Group[] = [];
  for (const [n, { text }] of placed.entries()) {
    const last = groups.at(-1);
    if (last && last.way === ways[n]) last.runs.push(text);
    else groups.push({ way: ways[n] ?? null, runs: [text] });
  }
  const told = groups.map(({ way, runs: own }) => (way === "rtl" ? own.toReversed() : own).join(""));
  return (isRtl ? told.toReversed() : told).join("").replaceAll(DRAWN, (drawn) => drawn.normalize("NFKC"));
}

/** Runs that belong to no way are read as both of their neighbours are, and else as the line. */
function settled(ways: readonly Way[], line: Way): readonly Way[] {
  const after: Way[] = [];
  let next = line;
  for (const way of ways.toReversed()) {
    next = way ?? next;
    after.push(next);
  }
  after.reverse();
  let before = line;
  return ways.map((way, n) => {
    if (way !== null) before = way;
    return way ?? (before === after[n] ? before : line);
  });
}

const count = (text: string, kind: RegExp): number => [...text].filter((one) => kind.test(one)).length;
