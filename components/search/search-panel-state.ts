"use client";

import { useSyncExternalStore } from "react";

/** The search in the sidebar: whether it is open, and what is written in it. */
export type SearchState = {
  readonly isOpen: boolean;
  readonly text: string;
  readonly withArchived: boolean;
  /** Counts up each time somebody opens it, who then is to have the focus in it. */
  readonly opened: number;
};

const CLOSED: SearchState = { isOpen: false, text: "", withArchived: false, opened: 0 };
let state = CLOSED;
let opener: Element | null = null;
const listeners = new Set<() => void>();

function set(next: Partial<SearchState>): void {
  state = { ...state, ...next };
  // Its width is the frame's.
  if (state.isOpen) document.documentElement.dataset.search = "open";
  else delete document.documentElement.dataset.search;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSearchState = (): SearchState =>
  useSyncExternalStore(
    subscribe,
    () => state,
    () => CLOSED,
  );

/** Opens the search in the sidebar, with a text where one is given, and gives it the focus. */
export function openSearch(text?: string): void {
  const { activeElement } = document;
  if (!state.isOpen || !activeElement?.closest(".search-field, .search-results")) opener = activeElement;
  set({ isOpen: true, opened: state.opened + 1, ...(text === undefined ? {} : { text, withArchived: false }) });
}

/** Closes it; `givesBack`: the focus goes to where it came from, else to the row that opens it. */
export function closeSearch(givesBack = true): void {
  if (!state.isOpen) return;
  set({ isOpen: false, text: "", withArchived: false });
  const from = opener;
  opener = null;
  if (!givesBack) return;
  requestAnimationFrame(() => {
    if (from instanceof HTMLElement && from.isConnected && from !== document.body) from.focus();
    if (document.activeElement === null || document.activeElement === document.body) {
      document.querySelector<HTMLElement>("[data-search-row]")?.focus();
    }
  });
}

export const writeSearch = (text: string): void => set({ text, withArchived: false });

export const searchArchived = (): void => set({ withArchived: true });
