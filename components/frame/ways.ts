type Hears = (event: Event) => void;

const hearers = new Set<Hears>();

// The frame loads this before the router listens. Chromium calls what listens at a window in the order in which it
// came, also what wants to be first, and by then the router has changed the page.
if (typeof window !== "undefined") {
  window.addEventListener("popstate", (event) => {
    for (const hears of hearers) hears(event);
  });
}

/** Calls `hears` when the browser goes back or forward, before the router hears of it; gives what ends that. */
export function beforeWays(hears: Hears): () => void {
  hearers.add(hears);
  return () => hearers.delete(hears);
}
