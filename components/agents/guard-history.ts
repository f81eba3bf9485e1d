import { beforeWays } from "../frame/ways";

/** What is needed of a page to keep somebody on it who goes back. */
export type GuardedPage = {
  /** Calls what it is given at each `popstate`, before anybody else; gives what ends that. */
  readonly hear: (onWay: (event: Event) => void) => () => void;
  /** The address, without what leads to a place on the page. */
  readonly address: () => string;
  /** Where in its history the browser is; null: it does not tell. */
  readonly place: () => number | null;
  readonly go: (by: number) => void;
  /** Whether the person wants to leave. */
  readonly confirms: () => boolean;
};

/**
 * Asks before the browser goes back or forward from a page, and stays on it where that is refused: whoever else hears
 * of the way does not hear of this one. Gives what ends that.
 */
export function guardHistory({ hear, address, place, go, confirms }: GuardedPage): () => void {
  const [home, homePlace] = [address(), place()];
  let isReturning = false;

  function onWay(event: Event): void {
    if (address() === home) {
      if (isReturning) event.stopImmediatePropagation();
      isReturning = false;
      return;
    }
    if (confirms()) return;
    event.stopImmediatePropagation();
    isReturning = true;
    const there = place();
    // Where nobody tells, most have gone back by one.
    go(homePlace === null || there === null ? 1 : homePlace - there);
  }

  return hear(onWay);
}

/** The page that is open. */
export const openPage = (confirms: () => boolean): GuardedPage => ({
  hear: beforeWays,
  address: () => window.location.pathname,
  place: () => ("navigation" in window ? (window.navigation.currentEntry?.index ?? null) : null),
  go: (by) => window.history.go(by),
  confirms,
});
