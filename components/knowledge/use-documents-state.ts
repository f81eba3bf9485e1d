"use client";

import { useSyncExternalStore } from "react";
import type { DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";

/** The documents of a store as they are drawn. */
export const useDocumentsState = (store: DocumentStore): DocumentsState =>
  useSyncExternalStore(store.subscribe, store.get, store.getFirst);
