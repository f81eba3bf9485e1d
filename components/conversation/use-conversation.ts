"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { useListedSession, useShell } from "../frame/shell";
import { browserPorts } from "./browser-ports";
import type { PageTold } from "./conversation-ports";
import type { ConversationState } from "./conversation-state";
import { type ConversationStore, createConversationStore } from "./conversation-store";

export type ConversationOptions = {
  readonly initial: SessionWindow | null;
  /** The initial state may be older than the session. */
  readonly isStale: boolean;
  /** Both are those of the first render. */
  readonly onCreated: (id: string) => void;
  readonly onAccepted: PageTold["accepted"];
};

/** The store of a conversation for as long as it is on screen, and its state as it is drawn. */
export function useConversation({ initial, isStale, onCreated, onAccepted }: ConversationOptions): {
  readonly store: ConversationStore;
  readonly state: ConversationState;
} {
  const { store: sessions } = useShell();
  const [store] = useState(() =>
    createConversationStore(browserPorts({ sessions, onCreated, onAccepted }), { window: initial, isStale }),
  );
  const state = useSyncExternalStore(store.subscribe, store.get, store.getFirst);
  const listed = useListedSession(state.sessionId);
  const running = listed?.running_run_id ?? null;
  const updatedAt = listed?.last_updated_at ?? "";
  const branchId = listed?.active_branch_id ?? null;

  useEffect(() => store.open(), [store]);
  useEffect(() => store.hear({ running, updatedAt, branchId }), [store, running, updatedAt, branchId]);

  return { store, state };
}
