"use client";

import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/** A turn that somebody has chosen elsewhere: where it is, and the words in it that are to be marked. */
export type WantedTurn = {
  readonly sessionId: string;
  /** Of its question. */
  readonly id: string;
  readonly place: string;
  readonly found: FoundIn;
};

/** Words that were found in a turn: in its question or in its answer. */
export type FoundIn = { readonly words: readonly string[]; readonly isQuestion: boolean };

let wanted: WantedTurn | null = null;
const listeners = new Set<() => void>();

/** Has a turn shown by the conversation of its session, now or when that is there. */
export function wantTurn(turn: WantedTurn | null): void {
  wanted = turn;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows the turns of a session that are wanted. */
export function useWantedTurn(sessionId: string | null, show: (turn: WantedTurn) => void): void {
  const turn = useSyncExternalStore(
    subscribe,
    () => wanted,
    () => null,
  );
  const showIt = useEffectEvent(show);
  useEffect(() => {
    if (turn === null || turn.sessionId !== sessionId) return;
    wantTurn(null);
    showIt(turn);
  }, [turn, sessionId]);
}
