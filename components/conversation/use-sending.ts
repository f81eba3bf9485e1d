"use client";

import { useCallback } from "react";
import type { AttachedFile } from "./attachments/attachment";
import type { SentWith } from "./conversation-ports";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { type SendQueue, useQueue } from "./use-queue";

type Sending = {
  readonly store: ConversationStore;
  readonly state: ConversationState;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  /** Nobody knows yet with which model a message is to be sent. */
  readonly isUnsettled: boolean;
  readonly sentWith: SentWith;
  readonly onSent: () => void;
};

/**
 * Sending questions: `ask` at once, the same function as long as the same is sent with them, or when `queue` lets them
 * go.
 */
export function useSending({ store, state, isGone, isUnsettled, sentWith, onSent }: Sending): {
  /** `id`: the one that it was sent under before. */
  readonly ask: (text: string, files?: readonly AttachedFile[], id?: string) => void;
  readonly queue: SendQueue;
} {
  const send = useCallback(
    (text: string, id?: string, files: readonly AttachedFile[] = []) => {
      store.send(text, { ...sentWith, files }, id);
      onSent();
    },
    [store, sentWith, onSent],
  );
  const ask = useCallback(
    (text: string, files?: readonly AttachedFile[], id?: string) => send(text, id, files),
    [send],
  );
  return { ask, queue: useQueue({ store, state, isGone, isUnsettled, onSend: send }) };
}
