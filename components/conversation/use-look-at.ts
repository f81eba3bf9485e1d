"use client";

import { type RefObject, useLayoutEffect, useState } from "react";
import { notify } from "../ui/notify";
import type { ConversationStore } from "./conversation-store";
import type { Turn } from "./turns-in";

/** Showing a question, wherever in the session it stands: its turn is read where it must be, and comes to the top. */
export function useLookAt(
  content: RefObject<HTMLElement | null>,
  store: ConversationStore,
  shown: readonly Turn[],
  /** The reader leaves the end. */
  leaveEnd: () => void,
): (id: string, place: string) => void {
  const [wanted, setWanted] = useState<string | null>(null);
  const isThere = wanted !== null && shown.some(({ key }) => key === wanted);

  useLayoutEffect(() => {
    if (!isThere || wanted === null) return;
    const turn = content.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(wanted)}"]`);
    turn?.focus({ preventScroll: true });
    turn?.scrollIntoView({ block: "start" });
    setWanted(null);
  }, [content, wanted, isThere]);

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
