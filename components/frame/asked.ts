"use client";

import { useEffect, useEffectEvent } from "react";

/** What one part of the page may ask of another, wherever that stands. */
type Asked = "rename" | "archive" | "help" | "find";

const asked = new EventTarget();

export const askFor = (what: Asked): void => void asked.dispatchEvent(new Event(what));

/** Does what it is asked for while it is on screen. */
export function useAsked(what: Asked, act: () => void): void {
  const heard = useEffectEvent(act);
  useEffect(() => {
    const listener = () => heard();
    asked.addEventListener(what, listener);
    return () => asked.removeEventListener(what, listener);
  }, [what]);
}
