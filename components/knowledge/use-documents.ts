"use client";

import { useEffect, useState } from "react";
import { browserDocuments } from "./browser-documents";
import { type DocumentOwner, type DocumentPage, MOST_DOCUMENT_BYTES } from "./document";
import { createDocumentStore, type DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";
import { useDocumentsState } from "./use-documents-state";

/** The documents of an owner for as long as they are on screen. `begun`: the list that the page came with. */
export function useDocuments(
  owner: DocumentOwner,
  begun: DocumentPage | null,
): { readonly store: DocumentStore; readonly state: DocumentsState } {
  const [store] = useState(() =>
    createDocumentStore(browserDocuments, {
      page: begun,
      mostBytes: MOST_DOCUMENT_BYTES,
      makeOwner: () => Promise.resolve(owner),
    }),
  );
  const { role, id } = owner;
  useEffect(() => store.open({ role, id }), [store, role, id]);
  return { store, state: useDocumentsState(store) };
}
