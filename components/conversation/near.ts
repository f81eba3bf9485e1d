/** Turns are drawn whole when less than this lies between them and what is seen, in pixels. */
const AHEAD_PX = 1500;

type Watch = (element: Element, act: () => void) => () => void;

const watches = new WeakMap<Element, Watch>();

/**
 * Calls `act` once, when an element comes near what is seen of its scroller: at once where it is seen, else when the browser
 * is idle, the nearest first and one at a time. Gives what calls that off.
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
    whenIdle(() => {
      isWaiting = false;
      const nearest = nearestTo(box, near);
      if (nearest) finish(nearest);
      wait();
    });
  }
  const observer = new IntersectionObserver(
    (entries) => {
      const { top, bottom } = box.getBoundingClientRect();
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        if (!isIntersecting) near.delete(target);
        else if (boundingClientRect.bottom > top && boundingClientRect.top < bottom) finish(target);
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

/** The one of some elements that is nearest to what is seen. */
function nearestTo(box: Element, elements: ReadonlySet<Element>): Element | null {
  const seen = box.getBoundingClientRect();
  let nearest: { readonly element: Element; readonly away: number } | null = null;
  for (const element of elements) {
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
