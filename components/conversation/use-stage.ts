"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { wantDrawing } from "./turn-drawing";
import { useNear } from "./use-near";

/** How a turn stands in the page: its words alone, the server's HTML as it came, or drawn here. */
export type Stage = "resting" | "served" | "whole";

type Wants = {
  /** It is on the screen from the start. */
  readonly isWanted: boolean;
  /** The server's HTML is no longer how it stands. */
  readonly isUrgent: boolean;
};

const CONTROLS = "a, button, input, select, textarea, [tabindex]";

const controlsIn = (box: Element | null): readonly HTMLElement[] => [
  ...(box?.querySelectorAll<HTMLElement>(CONTROLS) ?? []),
];

const nothingChanges = () => () => {};

/**
 * What came with the page stays the server's HTML, and what rests its words, until it is near what is seen and somebody
 * stirs, or it is urgent. The focus in it stays where it was, and what is pressed before is pressed again.
 */
export function useStage(article: RefObject<HTMLElement | null>, { isWanted, isUrgent }: Wants): Stage {
  // One that rests is the same on both sides: it is not drawn once more when the page has come to life.
  const isServerHtml = useSyncExternalStore(
    nothingChanges,
    () => false,
    () => isWanted,
  );
  const [stage, setStage] = useState<Stage>(() => (isWanted ? (isServerHtml ? "served" : "whole") : "resting"));
  if (isWanted && stage === "resting") setStage("whole");
  const isServed = stage === "served";
  const focused = useRef(-1);

  const draw = useCallback(() => {
    focused.current = controlsIn(article.current).indexOf(document.activeElement as HTMLElement); // one of them, or none
    setStage("whole");
  }, [article]);
  const hurries = isServed && isUrgent;
  useEffect(() => {
    if (hurries) void wantDrawing();
  }, [hurries]);
  useNear(article, { isWaiting: stage !== "whole", isUrgent: hurries }, draw);
  usePressedAgain(article, isServed);

  useLayoutEffect(() => {
    if (stage !== "whole") return;
    controlsIn(article.current)[focused.current]?.focus({ preventScroll: true });
    focused.current = -1;
  }, [article, stage]);

  return stage;
}

/** What is pressed in the server's HTML is pressed again in what takes its place. */
function usePressedAgain(article: RefObject<HTMLElement | null>, isServed: boolean): void {
  const pressed = useRef(-1);

  useEffect(() => {
    const element = article.current;
    if (!isServed || !element) return;
    const onClick = ({ target }: Event) => {
      const control = target instanceof Element ? target.closest<HTMLElement>("button, input") : null;
      if (control) pressed.current = controlsIn(element).indexOf(control);
    };
    element.addEventListener("click", onClick);
    return () => element.removeEventListener("click", onClick);
  }, [article, isServed]);

  useLayoutEffect(() => {
    if (isServed) return;
    controlsIn(article.current)[pressed.current]?.click();
    pressed.current = -1;
  }, [article, isServed]);
}
