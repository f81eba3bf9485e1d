"use client";

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";

/** Older turns are asked for when so much is left above what is seen. */
const AHEAD_PX = 1500;

/** Brings older turns when the reader comes near the first one, and keeps what is seen where it is. */
export function useOlderTurns(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  store: ConversationStore,
  { turns, older }: ConversationState,
): void {
  const firstKey = turns[0]?.key;
  const seen = useRef<{ readonly turn: Element; readonly top: number } | null>(null);

  useEffect(() => {
    const box = scroller.current;
    if (!box || older?.reading !== "no") return;
    const look = () => {
      if (box.scrollTop < AHEAD_PX) void store.readOlder();
    };
    look();
    box.addEventListener("scroll", look, { passive: true });
    return () => box.removeEventListener("scroll", look);
  }, [scroller, store, older]);

  // The store tells of other turns before they are drawn: the moment to see what stands where.
  useEffect(() => {
    let shown = store.get().turns[0]?.key;
    return store.subscribe(() => {
      const next = store.get().turns[0]?.key;
      const [box, inner] = [scroller.current, content.current];
      if (next === shown || !box || !inner) return;
      shown = next;
      const { top } = box.getBoundingClientRect();
      const turn = [...inner.querySelectorAll(".turn")].find((one) => one.getBoundingClientRect().bottom > top);
      seen.current = turn ? { turn, top: turn.getBoundingClientRect().top } : null;
      // The browser would move it too, where it can.
      box.style.overflowAnchor = "none";
    });
  }, [scroller, content, store]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other turns stand at the top now.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (seen.current?.turn.isConnected) {
      box.scrollTop += seen.current.turn.getBoundingClientRect().top - seen.current.top;
    }
    seen.current = null;
    const frame = requestAnimationFrame(() => box.style.removeProperty("overflow-anchor"));
    return () => cancelAnimationFrame(frame);
  }, [scroller, firstKey]);
}
