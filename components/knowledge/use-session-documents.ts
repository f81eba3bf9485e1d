"use client";

import { useCallback, useEffect, useState } from "react";
import { onIntent } from "../conversation/intent";
import { becomesDocument, type DocumentOwner, isPending, MOST_DOCUMENT_BYTES } from "./document";
import type { DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";
import { laterDocuments } from "./later-documents";
import { useDocumentsState } from "./use-documents-state";

/** The documents of a conversation, and what its composer does with files. */
export type SessionDocuments = {
  readonly store: DocumentStore;
  readonly state: DocumentsState;
  /** What was added here is on its way, or is being read. */
  readonly isArriving: boolean;
  /** Takes those of the files that become documents; gives the others. */
  readonly take: (files: readonly File[]) => readonly File[];
};

/** The documents of a session for as long as it is on screen. `prepare` makes the session where there is none yet. */
export function useSessionDocuments(sessionId: string | null, prepare: () => Promise<string>): SessionDocuments {
  const [wasThere] = useState(sessionId !== null);
  const [store] = useState(() =>
    laterDocuments({
      page: wasThere ? null : { items: [], has_more: false },
      mostBytes: MOST_DOCUMENT_BYTES,
      makeOwner: async (): Promise<DocumentOwner> => ({ role: "session", id: await prepare() }),
    }),
  );
  const state = useDocumentsState(store);

  useEffect(() => {
    const owner = sessionId === null ? null : ({ role: "session", id: sessionId } as const);
    if (!wasThere || owner === null) return store.open(owner);
    // Who only reads does not wait for it.
    let close = () => {};
    const leave = onIntent(() => {
      close = store.open(owner);
    });
    return () => {
      leave();
      close();
    };
  }, [store, sessionId, wasThere]);

  const take = useCallback(
    (files: readonly File[]) => {
      const documents = files.filter(becomesDocument);
      if (documents.length > 0) store.add(documents);
      return files.filter((file) => !becomesDocument(file));
    },
    [store],
  );

  const { uploads, documents, fresh } = state;
  const isArriving =
    uploads.some(({ progress }) => progress.kind !== "failed") ||
    documents.some((document) => isPending(document) && fresh.includes(document.id));
  return { store, state, isArriving, take };
}
