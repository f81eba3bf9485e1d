/** A passage that is looked at. */
export type OpenPassage = {
  readonly docId: string;
  readonly chunkId: string;
  /** The document's, until the passage is there. */
  readonly title: string;
  /** What was asked, so that its words are marked; empty: nothing is. */
  readonly question: string;
  /** What the focus goes back to. */
  readonly opener: Element | null;
};

let passage: OpenPassage | null = null;
const listeners = new Set<() => void>();

function set(next: OpenPassage | null): void {
  passage = next;
  for (const listener of listeners) listener();
}

/** Shows a passage in its document beside the page, in place of the one that is shown. */
export const openPassage = (wanted: Omit<OpenPassage, "opener">): void =>
  set({ ...wanted, opener: document.activeElement });

/** Takes it away; the focus goes back to what opened it, unless it is elsewhere on the page by now. */
export function closePassage(): void {
  const opener = passage?.opener;
  const isHere = document.activeElement === document.body || document.activeElement?.closest(".passage-sheet");
  set(null);
  if (isHere && opener instanceof HTMLElement) opener.focus();
}

/** The passage that is shown; for `useSyncExternalStore`. */
export const shownPassage = {
  get: (): OpenPassage | null => passage,
  getFirst: (): OpenPassage | null => null,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};
