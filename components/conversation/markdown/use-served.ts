"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { useNear } from "../use-near";

const CONTROLS = "a, button, input, [tabindex]";

const controlsIn = (box: Element | null): readonly HTMLElement[] => [
  ...(box?.querySelectorAll<HTMLElement>(CONTROLS) ?? []),
];

const nothingChanges = () => () => {};

/**
 * Whether a box still holds the server's HTML, as the page came with it. It comes to life when it is near what is seen and
 * somebody stirs, or its text still comes. The focus in it stays where it was, and what is pressed before is pressed again.
 */
export function useServed(box: RefObject<HTMLElement | null>, isStreaming: boolean): boolean {
  const isFromServer = useSyncExternalStore(
    nothingChanges,
    () => false,
    () => true,
  );
  const [isServed, setServed] = useState(isFromServer);
  const pressed = useRef(-1);
  const focused = useRef(-1);

  const live = useCallback(() => {
    focused.current = controlsIn(box.current).indexOf(document.activeElement as HTMLElement); // one of them, or none
    setServed(false);
  }, [box]);
  useNear(box, { isWaiting: isServed, isUrgent: isStreaming }, live);

  useEffect(() => {
    const element = box.current;
    if (!isServed || !element) return;
    const onClick = ({ target }: Event) => {
      const control = target instanceof Element ? target.closest<HTMLElement>("button, input") : null;
      if (control) pressed.current = controlsIn(element).indexOf(control);
    };
    element.addEventListener("click", onClick);
    return () => element.removeEventListener("click", onClick);
  }, [box, isServed]);

  useLayoutEffect(() => {
    if (isServed) return;
    const controls = controlsIn(box.current);
    controls[focused.current]?.focus({ preventScroll: true });
    controls[pressed.current]?.click();
    focused.current = -1;
    pressed.current = -1;
  }, [box, isServed]);

  return isServed;
}
