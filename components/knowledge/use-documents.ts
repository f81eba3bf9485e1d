"use client";

import { useEffect, useState } from "react";
import { useWasLeft } from "../ui/use-was-left";
import { browserDocuments } from "./browser-documents";
import { type DocumentOwner, type DocumentPage, MOST_DOCUMENT_BYTES } from "./document";
import { createDocumentStore, type DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";
import { useDocumentsState } from "./use-documents-state";

/**
 * The documents of an owner for as long as they are on screen. `begun`: the list that the page came with; null: it is
 * to be read. `wasLeft`: the list is that of an earlier visit, and is read again.
 */
export function useDocuments(
  owner: DocumentOwner,
  begun: DocumentPage | null,
): { readonly store: DocumentStore; readonly state: DocumentsState; readonly wasLeft: boolean } {
  const [store] = useState(() =>
    createDocumentStore(browserDocuments, {
      page: begun,
      mostBytes: MOST_DOCUMENT_BYTES,
      makeOwner: () => Promise.resolve(owner),
    }),
  );
  const { role, id } = owner;
  useEffect(() => store.open({ role, id }), [store, role, id]);
  const wasLeft = useWasLeft(begun);
  useEffect(() => {
    if (wasLeft) store.again();
  }, [store, wasLeft]);
  return { store, state: useDocumentsState(store), wasLeft };
}
