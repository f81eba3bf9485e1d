"use client";

import { type RefObject, useLayoutEffect, useState } from "react";
import { notify } from "../ui/notify";
import type { ConversationStore } from "./conversation-store";
import { isOf, type Turn } from "./turns-in";

/** Showing a question, wherever in the session it stands: its turn is read where it must be, and comes to the top. */
export function useLookAt(
  content: RefObject<HTMLElement | null>,
  store: ConversationStore,
  shown: readonly Turn[],
  /** The reader leaves the end. */
  leaveEnd: () => void,
): (id: string, place: string) => void {
  const [wanted, setWanted] = useState<string | null>(null);
  const key = wanted === null ? undefined : shown.find((turn) => isOf(turn, wanted))?.key;

  useLayoutEffect(() => {
    if (key === undefined) return;
    const turn = content.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(key)}"]`);
    turn?.focus({ preventScroll: true });
    turn?.scrollIntoView({ block: "start" });
    setWanted(null);
  }, [content, key]);

  return (id, place) => {
    leaveEnd();
    setWanted(id);
    void store.lookAt(id, place).then((isRead) => {
      if (isRead) return;
      setWanted(null);
      void notify({ text: "That part of the session did not load." });
    });
  };
}
