"use client";

import { type RefObject, startTransition, useEffect } from "react";
import { markdownThere } from "./markdown/renderer";
import { onNear } from "./near";

/**
 * Calls `act` once as a transition, for as long as `isWaiting`: when what answers are drawn with has come, which is when
 * somebody stirs, and the element is near what is seen. With `isUrgent` it need not be near.
 */
export function useNear(
  element: RefObject<Element | null>,
  { isWaiting, isUrgent = false }: { readonly isWaiting: boolean; readonly isUrgent?: boolean },
  act: () => void,
): void {
  useEffect(() => {
    if (!isWaiting) return;
    let isGone = false;
    let callOff = () => {};
    const actOnce = () => startTransition(act);
    void markdownThere().then(() => {
      if (isGone || !element.current) return;
      if (isUrgent) actOnce();
      else callOff = onNear(element.current, actOnce);
    });
    return () => {
      isGone = true;
      callOff();
    };
  }, [element, isWaiting, isUrgent, act]);
}
