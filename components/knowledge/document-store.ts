import { isProblem } from "../api";
import type { DocumentOwner, DocumentPage, KnownDocument } from "./document";
import { type DocumentPorts, type HeldDocuments, holdDocuments } from "./documents-state";
import { createFollowing } from "./follow-documents";
import { createUploads } from "./upload-queue";

export type DocumentStore = ReturnType<typeof createDocumentStore>;

export type Begun = {
  /** The list that the page came with; null: it is read with `open`. */
  readonly page: DocumentPage | null;
  /** A file may have so many. */
  readonly mostBytes: number;
  /** Makes the owner where there is none yet. */
  readonly makeOwner: () => Promise<DocumentOwner>;
};

/**
 * The documents of one owner on one page, outside React: what is known of them, what is being uploaded, and how far
 * what is pending is, which is looked at until nothing is.
 */
export function createDocumentStore(
  ports: DocumentPorts,
  { page, mostBytes, makeOwner }: Begun,
  held: HeldDocuments = holdDocuments(page),
) {
  const gone = new Set<string>();
  const following = createFollowing(ports, held, gone);
  const uploads = createUploads(ports, held, { mostBytes, onStored });

  function onStored(document: KnownDocument): void {
    gone.delete(document.id);
    held.take(document);
    held.set({ fresh: [...held.get().fresh.filter((id) => id !== document.id), document.id] });
    following.look();
  }

  async function ownerOf(): Promise<DocumentOwner> {
    const owner = following.getOwner() ?? (await makeOwner());
    following.setOwner(owner);
    return owner;
  }

  return {
    subscribe: held.subscribe,
    get: held.get,
    getFirst: held.getFirst,
    /**
     * Begins to look at the documents of an owner, null where there is none yet; gives what ends that. Uploads go on.
     */
    open: following.open,
    /** Reads the list again where that failed, or looks again at what is slow. */
    again: following.again,
    /** Throws a Problem. */
    readMore: following.readMore,
    add: (files: readonly File[]): void => uploads.add(files, ownerOf),
    resend: (key: string): void => uploads.resend(key, ownerOf),
    leave: uploads.leave,
    /** Those that were added here and are read by now are like all others from now on. */
    settle(): void {
      const { documents, fresh } = held.get();
      if (fresh.length === 0) return;
      const open = new Set(documents.flatMap(({ id, state }) => (state === "ready" ? [] : [id])));
      held.set({ fresh: fresh.filter((id) => open.has(id)) });
    },
    /** Ends the reading of a document. Throws a Problem. */
    cancel: async (id: string): Promise<void> => held.take(await ports.cancel(id)),
    /** Has a document read that could not be read before. Throws a Problem. */
    async readAgain(id: string): Promise<void> {
      held.take(await ports.readAgain(id));
      following.look();
    },
    /** Throws a Problem. */
    async remove(id: string): Promise<void> {
      gone.add(id);
      try {
        await ports.remove(id);
      } catch (thrown) {
        // What is gone already is what was wanted.
        if (!isProblem(thrown) || thrown.status !== 404) {
          gone.delete(id);
          throw thrown;
        }
      }
      held.set({ documents: held.get().documents.filter((one) => one.id !== id) });
    },
  };
}
