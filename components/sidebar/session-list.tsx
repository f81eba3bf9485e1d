"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { listSessions } from "../api";
import { useSessionList, useShell } from "../frame/shell";
import { ListEnd } from "./list-end";
import { groupSessions } from "./session-groups";
import { SessionRows } from "./session-rows";
import { useRowActs } from "./use-row-acts";

export function SessionList({ onChoose }: { onChoose: () => void }) {
  const { store } = useShell();
  const list = useSessionList();
  const acts = useRowActs(onChoose);
  const clock = useClock();
  const groups = useMemo(
    () =>
      groupSessions(
        list.items.filter((item) => !list.leaving.has(item.session_id)),
        clock.nowMs,
        clock.timeZone,
      ),
    [list.items, list.leaving, clock],
  );

  const more = useCallback(async () => {
    const { loading, nextPageToken } = store.get();
    if (loading === "yes") return;
    store.set({ loading: "yes" });
    try {
      store.takePage(await listSessions(nextPageToken));
    } catch {
      store.set({ loading: "failed" });
    }
  }, [store]);

  if (groups.length === 0 && list.loading === "no" && !list.nextPageToken) {
    return (
      <p className="sidebar-note">Your sessions will be listed here. Each gets a title by itself; yours always wins.</p>
    );
  }
  return (
    <>
      {groups.map((group) => (
        <section key={group.key} className="session-group" aria-labelledby={`group-${group.key}`}>
          <h2 id={`group-${group.key}`} className="session-group-title">
            {group.title}
          </h2>
          <SessionRows sessions={group.items} acts={acts} />
        </section>
      ))}
      <ListEnd loading={list.loading} next={list.nextPageToken} onMore={more} />
    </>
  );
}

/** The server's time and zone first, so that both sides draw the same list; the reader's from then on. */
function useClock(): { readonly nowMs: number; readonly timeZone?: string } {
  const { renderedAtMs } = useShell();
  const [clock, setClock] = useState<{ nowMs: number; timeZone?: string }>({ nowMs: renderedAtMs, timeZone: "UTC" });
  useEffect(() => {
    const tick = () => setClock({ nowMs: Date.now() });
    tick();
    const timer = setInterval(tick, 300_000);
    return () => clearInterval(timer);
  }, []);
  return clock;
}
