/**
 * The parts of a page in the order in which one goes through them, and what in each takes the focus; absent: it does.
 */
const REGIONS: readonly { readonly of: string; readonly first?: string }[] = [
  { of: "#sidebar", first: '[aria-current="page"], a, button' },
  { of: ".scroller" },
  { of: "#main:not(:has(.scroller:not([hidden])))" },
  { of: ".composer", first: "[data-composer]" },
  // What lies over the page, or stands docked beside it.
  { of: "[popover][role=dialog]:popover-open" },
];

/** Where the focus was in a region when it was left, by what the region is. */
const left = new Map<string, Element>();

/** Moves the focus to the next region of the page, or to the one before. */
export function stepRegion(step: 1 | -1): void {
  const there = REGIONS.flatMap(({ of, first }) => {
    const region = [...document.querySelectorAll<HTMLElement>(of)].find(isReachable);
    return region ? [{ of, region, first }] : [];
  });
  const active = document.activeElement;
  // The innermost: the composer stands in the page.
  const at = there.findLastIndex(({ region }) => region.contains(active));
  const here = there[at];
  if (here && active) left.set(here.of, active);
  const from = at === -1 && step === -1 ? 0 : at;
  const next = there[(from + step + there.length) % there.length];
  if (!next) return;
  const before = left.get(next.of);
  const isThere = before instanceof HTMLElement && next.region.contains(before) && isReachable(before);
  const first = next.first === undefined ? null : next.region.querySelector<HTMLElement>(next.first);
  (isThere ? before : (first ?? next.region)).focus();
}

const isReachable = (element: HTMLElement): boolean =>
  element.checkVisibility({ visibilityProperty: true }) && element.closest("[inert]") === null;
