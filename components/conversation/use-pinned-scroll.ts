"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const nearPx = 24;

/** Keeps the end in view until the reader turns back, and again once they return to the end. */
export function usePinnedScroll(
  scrollerRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
  isLive: boolean,
  /** Whether the end of what is shown is the end of the session. */
  isAtLast: boolean,
) {
  const pinned = useRef(true);
  const live = useRef(isLive);
  const atLast = useRef(isAtLast);
  const [isPinned, setIsPinned] = useState(true);
  const [hasNew, setHasNew] = useState(false);

  useLayoutEffect(() => {
    live.current = isLive;
    atLast.current = isAtLast;
  }, [isLive, isAtLast]);

  const set = useCallback((next: boolean) => {
    pinned.current = next;
    setIsPinned(next);
    if (next) setHasNew(false);
  }, []);

  const toEnd = useCallback(
    (smooth = false) => {
      const box = scrollerRef.current;
      if (!box) return;
      set(true);
      box.scrollTo({ top: box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    },
    [scrollerRef, set],
  );

  useEffect(() => {
    const box = scrollerRef.current;
    const inner = contentRef.current;
    if (!box || !inner) return;
    const fromEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight;
    let lastTop = box.scrollTop;
    let lastHeight = box.scrollHeight;

    const unpin = () => {
      if (pinned.current && box.scrollHeight > box.clientHeight + 1) set(false);
    };
    const onScroll = () => {
      // The page moves up by itself only where it gets shorter, and then not by a screen more.
      const [up, shorter] = [lastTop - box.scrollTop, lastHeight - box.scrollHeight];
      const isOfReader = up > (shorter <= 0 ? 2 : shorter + box.clientHeight);
      if (isOfReader && fromEnd() > nearPx) unpin();
      else if (box.scrollTop > lastTop && fromEnd() <= nearPx && !pinned.current && atLast.current) set(true);
      lastTop = box.scrollTop;
      lastHeight = box.scrollHeight;
    };
    const grown = new ResizeObserver(() => {
      if (pinned.current) box.scrollTop = box.scrollHeight;
      else if (live.current && box.scrollHeight > lastHeight) setHasNew(true);
      lastHeight = box.scrollHeight;
      lastTop = box.scrollTop;
    });

    if (takeOverFromStyle(box) > nearPx) unpin();
    lastTop = box.scrollTop;
    grown.observe(inner);
    grown.observe(box);
    const stopListening = onTurnBack(box, inner, unpin);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      grown.disconnect();
      stopListening();
      box.removeEventListener("scroll", onScroll);
    };
  }, [scrollerRef, contentRef, set]);

  const leaveEnd = useCallback(() => set(false), [set]);

  return { isPinned, hasNew, toEnd, leaveEnd };
}

/** Until now the style sheet has held the end in view, and counted from there; gives how far the reader is from it. */
function takeOverFromStyle(box: HTMLElement): number {
  const away = box.hasAttribute("data-still") ? -box.scrollTop : 0;
  box.removeAttribute("data-still");
  box.scrollTop = box.scrollHeight - box.clientHeight - away;
  return away;
}

/** Calls `turnBack` at each sign that the reader wants to stay where they are; gives what ends that. */
function onTurnBack(box: HTMLElement, inner: HTMLElement, turnBack: () => void): () => void {
  let touchY = 0;
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0) turnBack();
  };
  const onTouchStart = (event: TouchEvent) => {
    touchY = event.touches[0]?.clientY ?? 0;
  };
  const onTouchMove = (event: TouchEvent) => {
    if ((event.touches[0]?.clientY ?? 0) > touchY + 4) turnBack();
  };
  const onKey = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
    if (event.key === "PageUp" || (!isTyping && (event.key === "ArrowUp" || event.key === "Home"))) turnBack();
  };
  const onSelect = () => {
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && inner.contains(selection.anchorNode)) turnBack();
  };

  box.addEventListener("wheel", onWheel, { passive: true });
  box.addEventListener("touchstart", onTouchStart, { passive: true });
  box.addEventListener("touchmove", onTouchMove, { passive: true });
  box.addEventListener("keydown", onKey);
  document.addEventListener("selectionchange", onSelect);
  return () => {
    box.removeEventListener("wheel", onWheel);
    box.removeEventListener("touchstart", onTouchStart);
    box.removeEventListener("touchmove", onTouchMove);
    box.removeEventListener("keydown", onKey);
    document.removeEventListener("selectionchange", onSelect);
  };
}
