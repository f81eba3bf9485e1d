"use client";

import { useEffect, useState } from "react";
import type { SearchAnswer } from "@/lib/dialects/web/index.ts";
import { useShell } from "../frame/shell";
import { useOnline } from "../frame/use-online";
import { searchSaid } from "./requests";
import { titlesWith } from "./titles";

const PAUSE_MS = 180;
/** Messages that cannot be found yet are asked for again after this. */
const AGAIN_MS = 2500;
const NOTHING: SearchAnswer = { sessions: [], has_more: false, is_partial: false };

export type SearchAsked = {
  readonly text: string;
  /** Null: all sessions. */
  readonly sessionId: string | null;
  readonly withArchived: boolean;
};

export type Searching = {
  /** What was found last, which stays while more is looked for; null: nothing was asked yet. */
  readonly answer: SearchAnswer | null;
  /** The text that it answers. */
  readonly answered: string;
  /** "offline": only titles that the page knows were searched, and nothing of a single session. */
  readonly state: "idle" | "searching" | "failed" | "offline";
  readonly again: () => void;
};

type Held = Omit<Searching, "again">;

/** Searches for what is written, once its writer pauses. */
export function useSearch({ text, sessionId, withArchived }: SearchAsked): Searching {
  const { viewer, store } = useShell();
  const isOnline = useOnline();
  const isNobody = viewer.kind === "none";
  const asked = text.trim();
  const [round, setRound] = useState(0);
  const [held, setHeld] = useState<Held>({ answer: null, answered: "", state: "idle" });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks again.
  useEffect(() => {
    if (asked === "" || isNobody) {
      setHeld({ answer: asked === "" ? null : NOTHING, answered: asked, state: "idle" });
      return;
    }
    if (!isOnline) {
      const answer = sessionId === null ? titlesWith(asked, store.get().items, { withArchived }) : NOTHING;
      setHeld({ answer, answered: asked, state: "offline" });
      return;
    }
    const aborter = new AbortController();
    setHeld((now) => ({ ...now, state: "searching" }));
    let again: ReturnType<typeof setTimeout> | undefined;
    const pause = setTimeout(async () => {
      try {
        const answer = await searchSaid({ text: asked, sessionId, withArchived }, aborter.signal);
        if (aborter.signal.aborted) return;
        setHeld({ answer, answered: asked, state: "idle" });
        if (answer.is_partial) again = setTimeout(() => setRound((now) => now + 1), AGAIN_MS);
      } catch {
        if (!aborter.signal.aborted) setHeld((now) => ({ ...now, state: "failed" }));
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(pause);
      clearTimeout(again);
      aborter.abort();
    };
  }, [asked, sessionId, withArchived, isNobody, isOnline, store, round]);

  return { ...held, again: () => setRound((now) => now + 1) };
}
