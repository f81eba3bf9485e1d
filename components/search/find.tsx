"use client";

import { lazy, Suspense, useEffect, useEffectEvent, useState } from "react";
import { isCommand } from "../ui/keys";
import type { WantedTurn } from "./wanted-turn";

const FindBar = lazy(() => import("./find-bar"));

type FindProps = {
  /** Null: there is nothing to find yet. */
  readonly sessionId: string | null;
  readonly onShow: (turn: WantedTurn) => void;
};

/** Whether the reader looks for something in the session, and how often they have asked to. */
type Asked = { readonly isOpen: boolean; readonly times: number };

const EVENT = "parley-find";

/** Opens the search in the conversation that is shown. */
export const openFind = (): boolean => window.dispatchEvent(new Event(EVENT));

/** The search in a session. ⌘F opens it, and within it is the browser's own. */
export function Find({ sessionId, onShow }: FindProps) {
  const [{ isOpen, times }, setAsked] = useState<Asked>({ isOpen: false, times: 0 });

  const ask = useEffectEvent(() => {
    if (sessionId !== null) setAsked((now) => ({ isOpen: true, times: now.times + 1 }));
  });
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isCommand(event) || event.code !== "KeyF" || event.shiftKey || event.altKey) return;
    if (sessionId === null || document.activeElement?.closest(".find-bar")) return;
    event.preventDefault();
    ask();
  });
  useEffect(() => {
    const [listener, asked] = [(event: KeyboardEvent) => onKey(event), () => ask()];
    window.addEventListener("keydown", listener);
    window.addEventListener(EVENT, asked);
    return () => {
      window.removeEventListener("keydown", listener);
      window.removeEventListener(EVENT, asked);
    };
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
