"use client";

import { createContext, type ReactNode, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Shell } from "@/lib/pages/page-data.ts";
import { claimDrafts } from "../conversation/draft";
import { createSessionStore, type ListedSession, type SessionList, type SessionStore } from "../sidebar/session-store";
import { setViewer, signedOut } from "../viewer";

type ShellValue = Pick<Shell, "viewer" | "model" | "vouchers" | "guests" | "signUp" | "files" | "changesToken"> & {
  readonly store: SessionStore;
  /** When the server made the page, so that both sides group the list alike. */
  readonly renderedAtMs: number;
};

const ShellContext = createContext<ShellValue | null>(null);

export function ShellProvider({
  shell,
  renderedAtMs,
  children,
}: {
  shell: Shell;
  renderedAtMs: number;
  children: ReactNode;
}) {
  // The list begins once and then hears of changes; who looks may be called something else after a refresh.
  const [first] = useState(() => {
    // Before anything below reads what is kept on the device.
    if (typeof window !== "undefined") beViewer(shell.viewer);
    return { renderedAtMs, changesToken: shell.changesToken, store: createSessionStore(shell.sessions) };
  });
  useEffect(() => beViewer(shell.viewer), [shell.viewer]);
  const value = useMemo((): ShellValue => ({ ...shell, ...first }), [shell, first]);
  return <ShellContext value={value}>{children}</ShellContext>;
}

function beViewer(viewer: Shell["viewer"]): void {
  setViewer(viewer);
  claimDrafts();
}

const never = () => false;

/** Whether the viewer's sign-in has ended since the page was made. */
export const useSignedOut = (): boolean => useSyncExternalStore(signedOut.subscribe, signedOut.get, never);

export function useShell(): ShellValue {
  const value = use(ShellContext);
  if (!value) throw new Error("This part stands outside the frame.");
  return value;
}

export function useSessionList(): SessionList {
  const { store } = useShell();
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

export function useListedSession(id: string | null): ListedSession | null {
  const { store } = useShell();
  const read = () => store.find(id);
  return useSyncExternalStore(store.subscribe, read, read);
}

/** Whether a session was deleted since the page was made. */
export const useIsGone = (id: string | null): boolean => {
  const { gone } = useSessionList();
  return id !== null && gone.has(id);
};
