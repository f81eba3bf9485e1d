"use client";

import { type RefObject, useEffect, useState } from "react";

/** Whether what stands in a box is wider than the box. */
export function useOverflow(box: RefObject<HTMLElement | null>): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const element = box.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const sizes = new ResizeObserver(() => setIsOver(element.scrollWidth - element.clientWidth > 1));
    sizes.observe(element);
    sizes.observe(content);
    return () => sizes.disconnect();
  }, [box]);
  return isOver;
}
