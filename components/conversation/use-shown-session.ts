"use client";

import { useEffect } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { useIsGone, useListedSession, useShell } from "../frame/shell";
import { type ListedSession, titleOf } from "../sidebar/session-store";

/** The session that is shown, as the list has it; null before it has come to be and after it was deleted elsewhere. */
export function useShownSession(
  sessionId: string | null,
  initial: SessionWindow | null,
): { readonly session: ListedSession | null; readonly isGone: boolean } {
  const { store: sessions } = useShell();
  const inList = useListedSession(sessionId);
  const isGone = useIsGone(sessionId);
  // One of long ago is on a later page of the list, and one without a message in none.
  const session = inList ?? (isGone ? null : (initial?.session ?? null));

  useEffect(() => {
    if (initial && initial.events.length > 0 && !sessions.find(initial.session.session_id)) {
      sessions.take([initial.session]);
    }
  }, [initial, sessions]);
  useEffect(() => {
    if (session) document.title = `${titleOf(session)} · Parley`;
    // The router knows nothing of a session that was made in place, and leaves its title to the next new one.
    else if (sessionId === null) document.title = "Parley";
  }, [session, sessionId]);

  return { session, isGone };
}
