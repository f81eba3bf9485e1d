"use client";

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { shownIn } from "./other-turns";

/** More turns are asked for when so much is left beyond what is seen. */
const AHEAD_PX = 3000;

/** Brings more turns when the reader comes near the first one or the last, and keeps what is seen where it is. */
export function useMoreTurns(
  scrollerRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
  store: ConversationStore,
  state: ConversationState,
): void {
  const { turns, older, newer } = shownIn(state);
  const firstKey = turns[0]?.key;
  const seen = useRef<{ readonly turn: Element; readonly top: number } | null>(null);

  useEffect(() => {
    const box = scrollerRef.current;
    if (!box || (older?.reading !== "no" && newer?.reading !== "no")) return;
    const look = () => {
      const left = box.scrollHeight - box.scrollTop - box.clientHeight;
      if (older?.reading === "no" && box.scrollTop < AHEAD_PX) void store.readOlder();
      if (newer?.reading === "no" && left < AHEAD_PX) void store.readNewer();
    };
    look();
    box.addEventListener("scroll", look, { passive: true });
    return () => box.removeEventListener("scroll", look);
  }, [scrollerRef, store, older, newer]);

  // The store tells of other turns before they are drawn: the moment to see what stands where.
  useEffect(() => {
    let shown = shownIn(store.get()).turns[0]?.key;
    return store.subscribe(() => {
      const next = shownIn(store.get()).turns[0]?.key;
      const [box, inner] = [scrollerRef.current, contentRef.current];
      if (next === shown || !box || !inner) return;
      shown = next;
      const { top } = box.getBoundingClientRect();
      const turn = [...inner.querySelectorAll(".turn")].find((one) => one.getBoundingClientRect().bottom > top);
      seen.current = turn ? { turn, top: turn.getBoundingClientRect().top } : null;
      // The browser would move it too, where it can.
      box.style.overflowAnchor = "none";
    });
  }, [scrollerRef, contentRef, store]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other turns stand at the top now.
  useLayoutEffect(() => {
    const box = scrollerRef.current;
    if (!box) return;
    if (seen.current?.turn.isConnected) {
      box.scrollTop += seen.current.turn.getBoundingClientRect().top - seen.current.top;
    }
    seen.current = null;
    const frame = requestAnimationFrame(() => box.style.removeProperty("overflow-anchor"));
    return () => cancelAnimationFrame(frame);
  }, [scrollerRef, firstKey]);
}
