import type { DocumentOwner, DocumentPage, KnownDocument, Upload } from "./document";

/** The documents of one owner as a page shows them. */
export type DocumentsState = {
  /** The latest first. */
  readonly documents: readonly KnownDocument[];
  readonly hasMore: boolean;
  readonly uploads: readonly Upload[];
  /** The ids of those that were added here, until they are settled. */
  readonly fresh: readonly string[];
  /** "never": nobody has read the list yet. */
  readonly reading: "never" | "yes" | "no" | "failed";
  /** Something is still pending, and nobody looks any more since nothing has moved for long. */
  readonly isSlow: boolean;
};

/** What the store asks of the world. Each throws a Problem. */
export type DocumentPorts = {
  readonly list: (owner: DocumentOwner, offset: number, signal: AbortSignal) => Promise<DocumentPage>;
  readonly send: (
    owner: DocumentOwner,
    file: File,
    onShare: (share: number) => void,
    signal: AbortSignal,
  ) => Promise<KnownDocument>;
  readonly cancel: (id: string) => Promise<KnownDocument>;
  readonly readAgain: (id: string) => Promise<KnownDocument>;
  readonly remove: (id: string) => Promise<unknown>;
  readonly newId: () => string;
  /** Resolves after so long, while the page is seen; rejects with the signal. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type HeldDocuments = ReturnType<typeof holdDocuments>;

/** The state and who listens to it. `begun`: the list that the page came with; null: it is still to be read. */
export function holdDocuments(begun: DocumentPage | null) {
  const first: DocumentsState = {
    documents: begun?.items ?? [],
    hasMore: begun?.has_more ?? false,
    uploads: [],
    fresh: [],
    reading: begun ? "no" : "never",
    isSlow: false,
  };
  let state = first;
  const listeners = new Set<() => void>();

  function set(change: Partial<DocumentsState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }
  return {
    set,
    get: (): DocumentsState => state,
    /** What the server has drawn. */
    getFirst: (): DocumentsState => first,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Takes in how a document is now, or that there is one more. */
    take(document: KnownDocument): void {
      const isKnown = state.documents.some(({ id }) => id === document.id);
      const others = state.documents.map((one) => (one.id === document.id ? document : one));
      set({ documents: isKnown ? others : [document, ...others] });
    },
    change: (key: string, progress: Upload["progress"]): void =>
      set({ uploads: state.uploads.map((one) => (one.key === key ? { ...one, progress } : one)) }),
    drop: (key: string): void => set({ uploads: state.uploads.filter((one) => one.key !== key) }),
  };
}
