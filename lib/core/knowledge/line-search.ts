import type { TextStretch } from "./document-text.ts";
import { behind, type LineMatch, type LinePattern, unfit } from "./line-pattern.ts";
import { type LineWindow, lineWindows, wholeBefore } from "./line-windows.ts";

/** So long one text may be searched, without the time in which others had their turn. */
const MOST_MS = 2000;

/** Where a pattern was found: its place in the document's text, and what stands there. */
export type TextMatch = { readonly content: string; readonly from: number; readonly to: number };

export type FindOptions = {
  /** So many characters of the line are told before and behind a match. */
  readonly context: number;
  /** So many matches are passed over, and so many given. */
  readonly offset: number;
  readonly limit: number;
};

/** A search in the lines of a text that comes in stretches. */
export type LineSearch = {
  readonly add: (stretch: TextStretch) => void;
  /** No more comes. */
  readonly end: () => void;
  /**
   * Looks on until `isDue`, after one short look at the least. Gives whether there is more to look at in what has come.
   * Throws "bad-request" where it has looked for too long.
   */
  readonly goOn: (isDue: () => boolean) => boolean;
  /** What was found so far, in order, never more than asked for. */
  readonly found: readonly TextMatch[];
};

/** Begins a search for what is not empty. */
export function lineSearch(pattern: LinePattern, { context, offset, limit }: FindOptions): LineSearch {
  const lines = lineWindows(pattern.longest);
  const found: TextMatch[] = [];
  let passed = 0;
  let spentMs = 0;
  let window: LineWindow | null = null;
  // Where the next look begins, and behind the last match.
  let [place, known] = [0, 0];

  function tell({ text, at }: LineWindow, match: LineMatch): void {
    if (passed++ < offset) return;
    const begin = wholeBefore(text, Math.max(0, match.from - context));
    const content = text.slice(begin, wholeBefore(text, match.to + context));
    found.push({ content, from: at + match.from, to: at + match.to });
  }
  /** Looks once. Gives whether the window is done. */
  function look(within: LineWindow): boolean {
    const match = pattern.find(within.text, place);
    if (match && match.from === match.to) {
      place = behind(within.text, match.to);
      return false;
    }
    if (match && !isOpen(within, match)) {
      tell(within, match);
      place = match.to;
      known = match.to;
      return false;
    }
    if (within.isCut) lines.goOn(match ? { match: match.from } : { known });
    return true;
  }
  function someLooks(isDue: () => boolean): boolean {
    do {
      if (window === null) {
        window = lines.next();
        if (window === null) return false;
        place = window.from;
        known = window.from;
      }
      if (look(window)) window = null;
    } while (found.length < limit && !isDue());
    return found.length < limit;
  }

  return {
    add: lines.add,
    end: lines.end,
    found,
    goOn(isDue) {
      if (spentMs > MOST_MS) {
        throw unfit("The pattern takes too long in this document. Make it simpler, or look for a word.");
      }
      const startedAt = performance.now();
      const isMore = someLooks(isDue);
      spentMs += performance.now() - startedAt;
      return isMore;
    },
  };
}

/**
 * Whether a match could end otherwise if more of its line were seen, and more can be: the next window begins with it.
 */
const isOpen = ({ text, from, isCut }: LineWindow, match: LineMatch): boolean =>
  isCut && match.to === text.length && match.from > from;
