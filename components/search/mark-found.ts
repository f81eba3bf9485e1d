import { keepInView } from "./keep-in-view";
import type { FoundIn } from "./wanted-turn";

const NAME = "found";
const MOST_RANGES = 500;
/** A turn is drawn whole, with other nodes, some time after it has come into view. */
const SETTLING_MS = 3000;

let watching: MutationObserver | null = null;
let first: Range | undefined;
let leaveFirst = () => {};

/**
 * Marks words in a turn, and brings the first of them into view. The marks are none of the document's own: nothing that
 * draws the turn meets them.
 */
export function markFound(turn: Element, found: FoundIn): void {
  unmark();
  turn.setAttribute("data-found", "");
  mark(turn, found);
  leaveFirst = keepInView(turn, () => first);
  watching = new MutationObserver(() => mark(turn, found));
  watching.observe(turn, { childList: true, subtree: true, characterData: true });
  setTimeout((own: MutationObserver) => own.disconnect(), SETTLING_MS, watching);
}

/** Takes all marks away. */
export function unmark(): void {
  watching?.disconnect();
  leaveFirst();
  for (const turn of document.querySelectorAll("[data-found]")) turn.removeAttribute("data-found");
  globalThis.CSS?.highlights?.delete(NAME);
}

function mark(turn: Element, { words, isQuestion }: FoundIn): void {
  const part = turn.querySelector(isQuestion ? ".question" : ".answer") ?? turn;
  const ranges = rangesOf(part, words);
  first = ranges[0];
  if (CSS.highlights) CSS.highlights.set(NAME, new Highlight(...ranges));
}

function rangesOf(part: Element, words: readonly string[]): Range[] {
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(".ledger, .sr-only, button") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = texts.nextNode(); node !== null && ranges.length < MOST_RANGES; node = texts.nextNode()) {
    const text = (node.nodeValue ?? "").toLowerCase();
    // Where lower case has another length, places would not fit.
    if (text.length !== node.nodeValue?.length) continue;
    for (const word of words) {
      for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
    }
  }
  return ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
}
