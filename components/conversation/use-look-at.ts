"use client";

import { type RefObject, useLayoutEffect, useState } from "react";
import type { FoundIn } from "../search/wanted-turn";
import { notify } from "../ui/notify";
import type { ConversationStore } from "./conversation-store";
import { isOf, type Turn } from "./turns-in";

type Wanted = { readonly id: string; readonly found: FoundIn | null; readonly keepsFocus: boolean };

/**
 * Showing a question, wherever in the session it stands: its turn is read where it must be, comes to the top and has
 * the focus, unless somebody goes on writing elsewhere. What was found in it is marked.
 */
export function useLookAt(
  content: RefObject<HTMLElement | null>,
  store: ConversationStore,
  shown: readonly Turn[],
  /** The reader leaves the end. */
  leaveEnd: () => void,
): (id: string, place: string, found?: FoundIn, keepsFocus?: boolean) => void {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const key = wanted === null ? undefined : shown.find((turn) => isOf(turn, wanted.id))?.key;

  useLayoutEffect(() => {
    if (key === undefined || wanted === null) return;
    const { found, keepsFocus } = wanted;
    const turn = content.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(key)}"]`);
    if (!keepsFocus) turn?.focus({ preventScroll: true });
    turn?.scrollIntoView({ block: "start" });
    if (turn && found) void import("../search/mark-found").then(({ markFound }) => markFound(turn, found));
    setWanted(null);
  }, [content, key, wanted]);

  return (id, place, found, keepsFocus = false) => {
    leaveEnd();
    setWanted({ id, found: found ?? null, keepsFocus });
    void store.lookAt(id, place).then((isRead) => {
      if (isRead) return;
      setWanted(null);
      void notify({ text: "That part of the session did not load." });
    });
  };
}
