"use client";

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { onIntent } from "../conversation/intent";
import { notify } from "../ui/notify";
import { becomesDocument, type DocumentOwner, type DocumentPage, isPending, MOST_DOCUMENT_BYTES } from "./document";
import type { DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";

/** The documents of a conversation, and what its composer does with files. */
export type SessionDocuments = {
  /** Null until its code is there: it comes when somebody stirs. */
  readonly store: DocumentStore | null;
  readonly state: DocumentsState;
  /** What was added here is on its way, or is being read. */
  readonly isArriving: boolean;
  /** Takes those of the files that become documents; gives the others. */
  readonly take: (files: readonly File[]) => readonly File[];
};

const NOTHING: DocumentsState = {
  documents: [],
  hasMore: false,
  uploads: [],
  fresh: [],
  reading: "never",
  isSlow: false,
};
const NO_PAGE: DocumentPage = { items: [], has_more: false };
const neverChanges = () => () => {};
const nothing = () => NOTHING;

/** The documents of a session for as long as it is on screen. `prepare` makes the session where there is none yet. */
export function useSessionDocuments(sessionId: string | null, prepare: () => Promise<string>): SessionDocuments {
  const [wasThere] = useState(sessionId !== null);
  const [store, setStore] = useState<DocumentStore | null>(null);
  const coming = useRef<Promise<DocumentStore> | null>(null);
  const state = useSyncExternalStore(store?.subscribe ?? neverChanges, store?.get ?? nothing, nothing);

  const load = useCallback(async (): Promise<DocumentStore> => {
    coming.current ??= makeStore(wasThere ? null : NO_PAGE, prepare);
    try {
      const made = await coming.current;
      setStore(made);
      return made;
    } catch (thrown) {
      // Asked for again with the next files.
      coming.current = null;
      throw thrown;
    }
  }, [wasThere, prepare]);

  // Who only reads does not wait for it.
  useEffect(() => onIntent(() => void load().catch(() => {})), [load]);
  useEffect(() => {
    if (store === null) return;
    return store.open(sessionId === null ? null : { role: "session", id: sessionId });
  }, [store, sessionId]);

  const take = useCallback(
    (files: readonly File[]) => {
      const documents = files.filter(becomesDocument);
      if (documents.length > 0) {
        load().then(
          (there) => there.add(documents),
          () => void notify({ text: "The documents were not added: the server could not be reached." }),
        );
      }
      return files.filter((file) => !becomesDocument(file));
    },
    [load],
  );

  const { uploads, documents, fresh } = state;
  const isArriving =
    uploads.some(({ progress }) => progress.kind !== "failed") ||
    documents.some((document) => isPending(document) && fresh.includes(document.id));
  return { store, state, isArriving, take };
}

async function makeStore(page: DocumentPage | null, prepare: () => Promise<string>): Promise<DocumentStore> {
  const [{ createDocumentStore }, { browserDocuments }] = await Promise.all([
    import("./document-store"),
    import("./browser-documents"),
  ]);
  const makeOwner = async (): Promise<DocumentOwner> => ({ role: "session", id: await prepare() });
  return createDocumentStore(browserDocuments, { page, mostBytes: MOST_DOCUMENT_BYTES, makeOwner });
}
