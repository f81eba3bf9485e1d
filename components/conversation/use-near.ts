"use client";

import { type RefObject, startTransition, useEffect } from "react";
import { whenReleased } from "./intent";
import { drawingThere } from "./turn-drawing";

/**
 * Calls `act` once as a transition, for as long as `isWaiting`: when what answers are drawn with has come, which is
 * when somebody stirs, and the element is near what is seen. With `isUrgent` it need not be near.
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
    const actOnce = () => whenReleased(() => startTransition(act));
    void drawingThere().then((onNear) => {
      if (isGone || !element.current || onNear === null) return;
      if (isUrgent) actOnce();
      else callOff = onNear(element.current, actOnce);
    });
    return () => {
      isGone = true;
      callOff();
    };
  }, [element, isWaiting, isUrgent, act]);
}
