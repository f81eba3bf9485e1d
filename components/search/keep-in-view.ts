/** So much is left free above a word that is brought into view, and below it, in pixels. */
const ABOVE_PX = 8;
const BELOW_PX = 48;

type Span = { readonly top: number; readonly bottom: number };

/** By how much a box is to be scrolled so that a word in it is seen whole, a third of the way down; 0: it is. */
export function scrollTo(word: Span, view: Span): number {
  const isSeen = word.top >= view.top + ABOVE_PX && word.bottom <= view.bottom - BELOW_PX;
  return isSeen ? 0 : word.top - view.top - (view.bottom - view.top) / 3;
}

/** What a reader does that goes elsewhere. */
const LEAVING = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

/**
 * Brings a word of a turn into view, which may stand far below its beginning: now, and whenever the box that it scrolls
 * in, or what is in that, gets another size, until the reader goes elsewhere in it. Gives what ends that.
 */
export function keepInView(turn: Element, word: () => Range | undefined): () => void {
  const box = turn.closest(".scroller");
  if (!box) return () => {};
  const bring = () => {
    const range = word();
    if (range) box.scrollTop += scrollTo(range.getBoundingClientRect(), seenOf(box));
  };
  const sizes = new ResizeObserver(bring);
  const leave = () => {
    sizes.disconnect();
    for (const sign of LEAVING) box.removeEventListener(sign, leave);
  };
  for (const sign of LEAVING) box.addEventListener(sign, leave, { passive: true });
  bring();
  sizes.observe(box);
  // Turns above that come to be drawn make it higher.
  if (box.firstElementChild) sizes.observe(box.firstElementChild);
  return leave;
}

/** What is seen of a box: the field in which one looks for words lies over its upper edge. */
function seenOf(box: Element): Span {
  const { top, bottom } = box.getBoundingClientRect();
  const bar = document.querySelector(".find-bar")?.getBoundingClientRect().bottom ?? top;
  return { top: Math.max(top, bar), bottom };
}
