"use client";

import { useSyncExternalStore } from "react";
import { cookieOf, type Kept } from "./kept-names";

const listeners = new Set<() => void>();

/** Null: nothing is kept. */
export function readKept(name: Kept): string | null {
  const begin = `${cookieOf(name)}=`;
  const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(begin));
  return found?.slice(begin.length) ?? null;
}

/** Null: nothing is kept of it any more. */
export function keep(name: Kept, value: string | null): void {
  const age = value === null ? 0 : 31_536_000;
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the cookie store.
  document.cookie = `${cookieOf(name)}=${value ?? ""}; path=/; max-age=${age}; samesite=lax`;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** `first`: what the server has read. */
export const useKept = (name: Kept, first: string | null): string | null =>
  useSyncExternalStore(
    subscribe,
    () => readKept(name),
    () => first,
  );
