"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether keys are shown in Apple's form; the server's pages are in the other. */
function useApple(): boolean {
  return useSyncExternalStore(
    never,
    () => /mac|iphone|ipad/i.test(navigator.userAgent),
    () => false,
  );
}

/** Keys in the form of the keyboard: written with ⌘, which is Ctrl on all but Apple's. */
export const useKeys = (): ((keys: string) => string) => {
  const apple = useApple();
  return (keys) => (apple ? keys : keys.replace("⌘", "Ctrl"));
};

export function Keys({ keys }: { readonly keys: string }) {
  const spelt = useKeys();
  return (
    <span className="key" aria-hidden="true">
      {spelt(keys)}
    </span>
  );
}

/** Whether Enter belongs to the text: a finger types and a button sends. */
export const isTouch = () => window.matchMedia("(pointer: coarse)").matches;

/** ⌘ on Apple's keyboards, Ctrl elsewhere. */
export const isCommand = (event: KeyboardEvent) =>
  /mac|iphone|ipad/i.test(navigator.userAgent) ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;

/**
 * Whether a key is pressed by itself. On many keyboards brackets are written with Alt, or with AltGr, which is Ctrl and
 * Alt.
 */
export const isPlain = ({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean =>
  !metaKey && ((!ctrlKey && !altKey) || (altKey && /^[[\]]$/.test(key)));

export const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
