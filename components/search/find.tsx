"use client";

import { Suspense, useEffect, useEffectEvent, useState } from "react";
import { useAsked } from "../frame/asked";
import { isCommand } from "../ui/keys";
import { later } from "../ui/later";
import type { WantedTurn } from "./wanted-turn";

const FindBar = later(() => import("./find-bar"));

type FindProps = {
  /** Null: there is nothing to find yet. */
  readonly sessionId: string | null;
  readonly onShow: (turn: WantedTurn) => void;
};

/** Whether the reader looks for something in the session, and how often they have asked to. */
type Asked = { readonly isOpen: boolean; readonly times: number };

/** The search in a session. ⌘F opens it, and within it is the browser's own. */
export function Find({ sessionId, onShow }: FindProps) {
  const [{ isOpen, times }, setAsked] = useState<Asked>({ isOpen: false, times: 0 });

  function ask() {
    if (sessionId !== null) setAsked((now) => ({ isOpen: true, times: now.times + 1 }));
  }
  useAsked("find", ask);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isCommand(event) || event.code !== "KeyF" || event.shiftKey || event.altKey) return;
    if (sessionId === null || document.activeElement?.closest(".find-bar")) return;
    event.preventDefault();
    ask();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  if (!isOpen || sessionId === null) return null;
  return (
    <Suspense>
      <FindBar
        key={sessionId}
        sessionId={sessionId}
        asked={times}
        onShow={onShow}
        onClose={() => setAsked((now) => ({ ...now, isOpen: false }))}
      />
    </Suspense>
  );
}
