"use client";

import { useEffect, useState } from "react";
import { useSessionList, useShell } from "../frame/shell";
import { findSessions } from "../search/requests";
import { type ListedSession, merge, titleOf } from "../sidebar/session-store";

/** So many are shown, and so many more with each press of "More". */
const STEP = 8;
/** So long nobody has typed before the server is asked. */
const PAUSE_MS = 150;

type Found = {
  readonly query: string;
  readonly items: readonly ListedSession[];
  readonly next: string | null;
  readonly state: "no" | "yes" | "failed";
};

const NOTHING: Found = { query: "", items: [], next: null, state: "no" };

const hasTitle = (session: ListedSession, part: string): boolean =>
  titleOf(session).toLowerCase().includes(part.toLowerCase());

export type FoundSessions = ReturnType<typeof useFoundSessions>;

/**
 * Sessions by a part of their titles: at once those of the list, then what the server finds. Without a query the
 * latest.
 */
export function useFoundSessions(typed: string) {
  const query = typed.trim();
  const { viewer } = useShell();
  const list = useSessionList();
  const [told, setTold] = useState<Found>(NOTHING);
  const [most, setMost] = useState({ query, count: STEP });
  const isOn = query !== "" && (viewer.kind !== "none" || list.items.length > 0);

  useEffect(() => {
    if (!isOn) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      setTold({ ...NOTHING, query, state: "yes" });
      try {
        const page = await findSessions(query, STEP, null, controller.signal);
        setTold({ query, items: page.items, next: page.next_page_token, state: "no" });
      } catch {
        if (!controller.signal.aborted) setTold({ ...NOTHING, query, state: "failed" });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query, isOn]);

  const found = told.query === query ? told : NOTHING;
  const known = list.items.filter((session) => !list.leaving.has(session.session_id));
  const there = found.items.filter(({ session_id: id }) => !list.gone.has(id) && !list.leaving.has(id));
  const all =
    query === ""
      ? known.filter(({ archived }) => !archived)
      : merge(
          there,
          known.filter((session) => hasTitle(session, query)),
        );
  const count = most.query === query ? most.count : STEP;

  async function more() {
    setMost({ query, count: count + STEP });
    if (found.next === null || all.length >= count + STEP) return;
    try {
      const page = await findSessions(query, STEP, found.next, AbortSignal.timeout(30_000));
      setTold((now) =>
        now.query === query ? { ...now, items: [...now.items, ...page.items], next: page.next_page_token } : now,
      );
    } catch {
      setTold((now) => (now.query === query ? { ...now, state: "failed" } : now));
    }
  }

  return {
    items: all.slice(0, count),
    hasMore: all.length > count || (query !== "" && found.next !== null),
    /** Whether the server is being asked, or could not be. */
    state: found.state,
    more,
  };
}
