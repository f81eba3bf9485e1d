import type { TextStretch } from "./document-text.ts";
import { behind } from "./line-pattern.ts";

/** So much of a line that was looked at before is looked at again, for what goes over the end of a window. */
const OVERLAP = 1000;
/** So much of what stands before a window is kept: it is told with what is found. */
const KEPT = 1000;

/** A line of a document, or so much of a long one as is looked at in one go. */
export type LineWindow = {
  readonly text: string;
  /** The place of the text in the document. */
  readonly at: number;
  /** Where in the text to begin: what stands before is known. */
  readonly from: number;
  /** Whether the line goes on behind the text. */
  readonly isCut: boolean;
};

/** A text that comes in stretches, cut into its lines. */
export type LineWindows = {
  readonly add: (stretch: TextStretch) => void;
  /** No more comes. */
  readonly end: () => void;
  /** The next line without its end, or window of a long one; null: more text is wanted, or it has ended. */
  readonly next: () => LineWindow | null;
  /**
   * Is to be called for a window that is cut, before the next: the place in its text where that begins. Where nothing
   * calls for another place it is as far in front of the cut as a match may go over it, and never before `known`.
   */
  readonly goOn: (place: { readonly match: number } | { readonly known: number }) => void;
};

/** Opens the lines of a text; of long ones `longest` characters are looked at in one go. */
export function lineWindows(longest: number): LineWindows {
  const overlap = Math.min(OVERLAP, Math.floor(longest / 2));
  let open = { at: 0, text: "" };
  let from = 0;
  let isFirst = true;
  let isEnded = false;
  return {
    add(stretch) {
      open = { at: isFirst ? stretch.at : open.at, text: open.text + stretch.text };
      isFirst = false;
    },
    end() {
      isEnded = true;
    },
    next() {
      const { at, text } = open;
      // No further: a line may be as long as a document.
      const end = text.slice(from, from + longest + 1).indexOf("\n");
      if (isEnded ? text.length <= from : end < 0 && text.length - from <= longest) return null;
      const lineEnd = end < 0 ? text.length : from + end;
      if (lineEnd - from > longest) {
        return { text: text.slice(0, wholeBefore(text, from + longest)), at, from, isCut: true };
      }
      // A line may end in two signs.
      const line = { text: text.slice(0, lineEnd).replace(/\r$/u, ""), at, from, isCut: false };
      open = { at: at + lineEnd + 1, text: text.slice(lineEnd + 1) };
      from = 0;
      return line;
    },
    goOn(place) {
      const end = wholeBefore(open.text, from + longest);
      const next = "match" in place ? place.match : Math.max(place.known, wholeBefore(open.text, end - overlap));
      const kept = wholeBefore(open.text, Math.max(0, next - KEPT));
      open = { at: open.at + kept, text: open.text.slice(kept) };
      from = next - kept;
    },
  };
}

/** The place, or the one before it where it stands within a character. */
export const wholeBefore = (text: string, place: number): number =>
  place > 0 && behind(text, place - 1) > place ? place - 1 : place;
