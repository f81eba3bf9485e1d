"use client";

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { v4 as newId } from "uuid";
import { useSignedOut } from "../frame/shell";
import { useOnline } from "../frame/use-online";
import type { AttachedFile } from "./attachments/attachment";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { createQueue, MOST_WAITING, type Reason, reasonToWait, type Waiting } from "./queue";
import { endingOf } from "./segments";
import { waitingCalls } from "./turn-state";

export type SendQueue = {
  readonly items: readonly Waiting[];
  readonly reason: Reason | null;
  /** Whether a message that is written now has to wait. */
  readonly isHolding: boolean;
  readonly hasRoom: boolean;
  /** `id`: the one that it was sent under before. */
  readonly add: (text: string, files: readonly AttachedFile[], id?: string) => void;
  readonly change: (id: string, text: string) => void;
  /** Gives the one that is taken back. */
  readonly takeBack: (id: string) => Waiting | null;
  readonly sendAnyway: () => void;
  readonly setEditing: (isEditing: boolean) => void;
};

type Options = {
  readonly store: ConversationStore;
  readonly state: ConversationState;
  /** Nothing is sent to a deleted session. */
  readonly isGone: boolean;
  /** Nobody knows yet with which model a message is to be sent. */
  readonly isUnsettled: boolean;
  /** Sends a message that has waited. */
  readonly onSend: (text: string, id: string, files?: readonly AttachedFile[]) => void;
};

/** The messages that wait in a conversation, each of which is sent as soon as nothing stands in its way. */
export function useQueue({ store, state, isGone, isUnsettled, onSend }: Options): SendQueue {
  const { run, turns, refusal, sessionId } = state;
  const [queue] = useState(() => createQueue(sessionId));
  const items = useSyncExternalStore(queue.subscribe, queue.get, queue.getServer);
  const [isEditing, setEditing] = useState(false);
  const isOnline = useOnline();
  const isSignedOut = useSignedOut();
  const last = turns.at(-1);
  const [next] = items;
  const reason = reasonToWait({
    isBusy: run !== null,
    isOnline,
    isSignedOut,
    isRefused: refusal !== null && refusal.key === next?.id,
    isBroken: last !== undefined && endingOf(last, run !== null, true) === "broke",
    hasOpenCalls: last !== undefined && waitingCalls(last).length > 0,
  });

  useEffect(() => {
    if (sessionId !== null) queue.moveTo(sessionId);
  }, [queue, sessionId]);

  // What the server has taken waits no more, also where it had taken it before the page was made.
  const { taken } = state;
  useEffect(() => {
    if (taken !== null) queue.remove(taken);
  }, [queue, taken]);

  useEffect(() => {
    if (!next || reason !== null || isEditing || isGone || isUnsettled || next.id === taken) return;
    onSend(next.text, next.id, next.files);
  }, [next, reason, isEditing, isGone, isUnsettled, taken, onSend]);

  return {
    items: next !== undefined && (next.id === taken || next.id === last?.key) ? items.slice(1) : items,
    reason,
    isHolding: reason === "answer" || reason === "connection" || reason === "sign-in" || items.length > 0,
    hasRoom: items.length < MOST_WAITING,
    add: useCallback(
      (text: string, files: readonly AttachedFile[], id = newId()) =>
        queue.add({ id, text, ...(files.length === 0 ? {} : { files }) }),
      [queue],
    ),
    change: queue.change,
    takeBack(id) {
      const taken = items.find((item) => item.id === id) ?? null;
      queue.remove(id);
      if (refusal?.key === id) store.forgetRefusal();
      return taken;
    },
    sendAnyway() {
      if (next) onSend(next.text, next.id, next.files);
    },
    setEditing,
  };
}
