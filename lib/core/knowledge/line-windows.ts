import type { TextStretch } from "./document-text.ts";
import { behind } from "./line-pattern.ts";

/** So much of a line is looked at in one go. */
const WINDOW = 4000;
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

/**
 * The lines of a text that comes in stretches, without their ends, each with its place; long ones window by window. Of a line
 * that is cut, one says where in its text the next window begins: `overlapping`, or further in front.
 */
export async function* lineWindows(
  stretches: AsyncGenerator<TextStretch, void>,
): AsyncGenerator<LineWindow, void, number> {
  let open = { at: 0, text: "" };
  let from = 0;
  let isFirst = true;
  for (let isEnded = false; !isEnded || open.text.length > from; ) {
    // No further: a line may be as long as a document.
    const end = open.text.slice(from, from + WINDOW + 1).indexOf("\n");
    if (end < 0 && !isEnded && open.text.length - from <= WINDOW) {
      const { done, value } = await stretches.next();
      if (done) isEnded = true;
      else {
        open = { at: isFirst ? value.at : open.at, text: open.text + value.text };
        isFirst = false;
      }
      continue;
    }
    const lineEnd = end < 0 ? open.text.length : from + end;
    const isCut = lineEnd - from > WINDOW;
    if (isCut) {
      const text = open.text.slice(0, wholeBefore(open.text, from + WINDOW));
      const next = yield { text, at: open.at, from, isCut };
      const kept = wholeBefore(open.text, Math.max(0, next - KEPT));
      open = { at: open.at + kept, text: open.text.slice(kept) };
      from = next - kept;
      continue;
    }
    // A line may end in two signs.
    yield { text: open.text.slice(0, lineEnd).replace(/\r$/u, ""), at: open.at, from, isCut };
    open = { at: open.at + lineEnd + 1, text: open.text.slice(lineEnd + 1) };
    from = 0;
  }
}

/** Where the window behind a cut one begins at the latest, so that nothing is missed that goes over the cut. */
export const overlapping = ({ text }: LineWindow): number => wholeBefore(text, text.length - OVERLAP);

/** The place, or the one before it where it stands within a character. */
export const wholeBefore = (text: string, place: number): number =>
  place > 0 && behind(text, place - 1) > place ? place - 1 : place;
