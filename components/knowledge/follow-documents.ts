import { type DocumentOwner, isPending, type KnownDocument } from "./document";
import type { DocumentPorts, HeldDocuments } from "./documents-state";

const PAGE = 50;
/** Nobody is shown more of a list. */
const MOST_SHOWN = 500;
/** How long is waited between looks at what is pending: from the first again whenever something has moved. */
const LOOKS_MS = [400, 800, 1200, 2000, 3000, 5000];
/** So often in a row nothing may have moved. */
const MOST_LOOKS = 120;

type Held = Pick<HeldDocuments, "get" | "set">;

/**
 * Gives what reads the documents of an owner: what is shown anew, and so many `more` behind it. It throws a Problem.
 * `gone`: ids that are removed here, and may be in a list that was asked for before.
 */
function documentReader({ list }: Pick<DocumentPorts, "list">, { get, set }: Held, gone: ReadonlySet<string>) {
  return async (owner: DocumentOwner, signal: AbortSignal, more = 0): Promise<void> => {
    const before = new Set(get().documents.map(({ id }) => id));
    const wanted = Math.min(MOST_SHOWN, Math.max(PAGE, get().documents.length) + more);
    let found: readonly KnownDocument[] = [];
    let hasMore = true;
    for (let offset = 0; offset < wanted && hasMore; offset += PAGE) {
      const page = await list(owner, offset, signal);
      signal.throwIfAborted();
      const known = new Set(found.map(({ id }) => id));
      found = [...found, ...page.items.filter(({ id }) => !known.has(id) && !gone.has(id))];
      hasMore = page.has_more;
    }
    // What has come since the list was asked for may not be in it.
    const listed = new Set(found.map(({ id }) => id));
    const come = get().documents.filter(({ id }) => !before.has(id) && !listed.has(id));
    set({ documents: [...come, ...found], hasMore: hasMore && wanted < MOST_SHOWN, reading: "no" });
  };
}

/** Reads the documents of an owner, and looks at what is pending until nothing is. `gone` as for the reader. */
export function createFollowing(ports: DocumentPorts, { get, set }: Held, gone: ReadonlySet<string>) {
  const readOf = documentReader(ports, { get, set }, gone);
  let owner: DocumentOwner | null = null;
  let open = new AbortController();
  /** For which opening somebody looks; null: nobody does. One that is over may still be ending. */
  let lookingFor: AbortController | null = null;

  const read = async (more = 0): Promise<void> => {
    if (owner) await readOf(owner, open.signal, more);
  };

  async function readFirst(): Promise<void> {
    const { signal } = open;
    set({ reading: "yes" });
    try {
      await read();
    } catch {
      // Whoever looks at the page next reads it anew.
      return set({ reading: signal.aborted ? "never" : "failed" });
    }
    await look();
  }

  async function look(): Promise<void> {
    if (lookingFor === open || open.signal.aborted) return;
    const own = open;
    lookingFor = own;
    const { signal } = own;
    let [n, still] = [0, 0];
    try {
      set({ isSlow: false });
      while (get().documents.some(isPending) && still < MOST_LOOKS) {
        await ports.wait(LOOKS_MS[Math.min(n, LOOKS_MS.length - 1)] ?? 0, signal);
        const before = standing(get().documents);
        // What cannot be read now may be with the next look.
        await read().catch(() => signal.throwIfAborted());
        const isMoved = standing(get().documents) !== before;
        [n, still] = isMoved ? [0, 0] : [n + 1, still + 1];
      }
      set({ isSlow: get().documents.some(isPending) });
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    } finally {
      if (lookingFor === own) lookingFor = null;
    }
  }

  return {
    getOwner: (): DocumentOwner | null => owner,
    setOwner(of: DocumentOwner): void {
      owner = of;
    },
    /** Begins to look at the documents of an owner, null where there is none yet; gives what ends that. */
    open(of: DocumentOwner | null): () => void {
      owner = of ?? owner;
      const own = new AbortController();
      open = own;
      void (owner && get().reading === "never" ? readFirst() : look());
      return () => own.abort();
    },
    look: () => void look(),
    /** Reads the list again where that failed. */
    again: () => void readFirst(),
    readMore: () => read(PAGE),
  };
}

/** What is compared to see whether anything has moved. */
const standing = (documents: readonly KnownDocument[]): string =>
  documents.map(({ id, state, progress }) => `${id} ${state} ${progress}`).join("\n");
