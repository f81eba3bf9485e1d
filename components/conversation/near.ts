/** Turns are drawn whole when less than this lies between them and what is seen, in pixels. */
const AHEAD_PX = 1500;
/** Pixels in a millisecond: what goes by faster is not read. */
const FAST = 2;
/** So long after it went by as fast as that nothing is drawn. */
const REST_MS = 120;

type Watch = (element: Element, act: () => void) => () => void;

const watches = new WeakMap<Element, Watch>();

/**
 * Calls `act` once, when an element comes near what is seen of its scroller: at once where it is seen, else when the
 * browser is idle, the nearest first and one at a time. What flies by waits until it rests, and what has a selection in
 * it until it has none. Gives what calls that off.
 */
export function onNear(element: Element, act: () => void): () => void {
  const box = element.closest(".scroller");
  if (!box) {
    act();
    return () => {};
  }
  const watch = watches.get(box) ?? watchIn(box);
  watches.set(box, watch);
  return watch(element, act);
}

function watchIn(box: Element): Watch {
  const acts = new Map<Element, () => void>();
  const near = new Set<Element>();
  const flight = flightOf(box);
  let isWaiting = false;

  function forget(element: Element): void {
    observer.unobserve(element);
    near.delete(element);
    acts.delete(element);
  }
  function finish(element: Element): void {
    const act = acts.get(element);
    forget(element);
    act?.();
  }
  function wait(): void {
    if (isWaiting || near.size === 0) return;
    isWaiting = true;
    const goOn = () => {
      isWaiting = false;
      wait();
    };
    const leftMs = flight.leftMs();
    if (leftMs > 0) return void setTimeout(goOn, leftMs);
    whenIdle(() => {
      // All may have gone out of reach meanwhile.
      if (flight.leftMs() > 0 || near.size === 0) return goOn();
      const nearest = nearestTo(box, near);
      if (!nearest) return document.addEventListener("selectionchange", goOn, { once: true });
      finish(nearest);
      goOn();
    });
  }
  const observer = new IntersectionObserver(
    (entries) => {
      const { top, bottom } = box.getBoundingClientRect();
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        const isSeen = boundingClientRect.bottom > top && boundingClientRect.top < bottom;
        if (!isIntersecting) near.delete(target);
        else if (isSeen && flight.leftMs() === 0 && !isSelected(target)) finish(target);
        else near.add(target);
      }
      wait();
    },
    { root: box, rootMargin: `${AHEAD_PX}px 0px` },
  );

  return (element, act) => {
    acts.set(element, act);
    observer.observe(element);
    return () => forget(element);
  };
}

/** For how long what is seen of a box goes on to fly by, at the least. */
function flightOf(box: Element): { readonly leftMs: () => number } {
  let last = { top: box.scrollTop, atMs: performance.now() };
  let untilMs = 0;
  box.addEventListener(
    "scroll",
    () => {
      const now = { top: box.scrollTop, atMs: performance.now() };
      if (Math.abs(now.top - last.top) > FAST * (now.atMs - last.atMs)) untilMs = now.atMs + REST_MS;
      last = now;
    },
    { passive: true },
  );
  return { leftMs: () => Math.max(0, untilMs - performance.now()) };
}

/** Whether the reader has selected something in it, which would be lost. */
function isSelected(element: Element): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

/** The one of some elements that is nearest to what is seen. */
function nearestTo(box: Element, elements: ReadonlySet<Element>): Element | null {
  const seen = box.getBoundingClientRect();
  let nearest: { readonly element: Element; readonly away: number } | null = null;
  for (const element of elements) {
    if (isSelected(element)) continue;
    const { top, bottom } = element.getBoundingClientRect();
    const away = Math.max(seen.top - bottom, top - seen.bottom, 0);
    if (nearest === null || away < nearest.away) nearest = { element, away };
  }
  return nearest?.element ?? null;
}

/** Safari does not tell when it is idle. */
function whenIdle(act: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(act, { timeout: 200 });
  else setTimeout(act, 40);
}
