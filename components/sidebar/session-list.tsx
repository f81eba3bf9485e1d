"use client";

import { usePathname } from "next/navigation";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { listSessions } from "../api";
import { useSessionList, useShell } from "../frame/shell";
import { useSessionActions } from "./session-actions";
import { groupSessions } from "./session-groups";
import { SessionRow } from "./session-row";

export function SessionList({ onChoose }: { onChoose: () => void }) {
  const { store } = useShell();
  const list = useSessionList();
  const pathname = usePathname();
  const acting = useSessionActions();
  const acts = useRef(acting);
  const [actions] = useState(() => ({
    rename: (id: string, title: string) => acts.current.rename(id, title),
    setPinned: (id: string, pinned: boolean) => acts.current.setPinned(id, pinned),
    remove: (id: string) => acts.current.remove(id),
  }));
  const choose = useRef(onChoose);
  const [chosen] = useState(() => () => choose.current());
  useLayoutEffect(() => {
    acts.current = acting;
    choose.current = onChoose;
  });
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
          <ul>
            {group.items.map((session) => (
              <SessionRow
                key={session.session_id}
                session={session}
                isCurrent={pathname === `/s/${session.session_id}`}
                actions={actions}
                onChoose={chosen}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.loading === "failed" ? (
        <p className="sidebar-note pt-4" role="alert">
          Sessions did not load.{" "}
          <button type="button" className="small-action" onClick={more}>
            Try again
          </button>
        </p>
      ) : (
        list.nextPageToken && <MoreRows key={list.nextPageToken} onSeen={more} />
      )}
    </>
  );
}

/** Asks for the next page when it comes near. */
function MoreRows({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), { rootMargin: "400px" });
    if (mark.current) seen.observe(mark.current);
    return () => seen.disconnect();
  }, [onSeen]);
  return (
    <div ref={mark} className="hairlines" aria-hidden="true">
      {["a", "b", "c", "d"].map((key) => (
        <div key={key} className="session-skeleton" />
      ))}
    </div>
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
