"use client";

import { usePathname } from "next/navigation";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { Conversation, type FirstVisit } from "./conversation";
import type { BegunWith } from "./first-visit";
import { LogSkeleton } from "./log-skeleton";

const SessionLoader = lazy(() => import("./session-loader"));

type Open = {
  readonly key: string;
  readonly id: string | null;
  readonly initial: SessionWindow | null;
  /** The address has come to name this session. */
  readonly isSettled: boolean;
};

const idIn = (pathname: string): string | null | undefined =>
  pathname === "/" ? null : /^\/s\/([^/]+)$/.exec(pathname)?.[1];

/** States that were on screen and left: the router may bring them back, older than their session. */
const left = new WeakSet<SessionWindow>();

type WorkspaceProps = {
  readonly initial: SessionWindow | null;
  readonly agent?: BegunWith | null;
  readonly first?: FirstVisit | null;
};

/** The conversation that the address names. A first question makes the session in place, without a new page. */
export function Workspace({ initial, agent = null, first = null }: WorkspaceProps) {
  const wanted = idIn(usePathname());
  const [isStale] = useState(() => initial !== null && left.has(initial));
  const [open, setOpen] = useState<Open>(() => {
    const id = initial?.session.session_id ?? null;
    return { key: id ?? "new", id, initial, isSettled: true };
  });

  useEffect(() => {
    return () => {
      if (initial) left.add(initial);
    };
  }, [initial]);

  if (wanted === open.id && !open.isSettled) setOpen({ ...open, isSettled: true });
  if (wanted !== undefined && wanted !== open.id && open.isSettled) {
    setOpen({ key: wanted ?? `new-${open.key}`, id: wanted, initial: null, isSettled: true });
  }

  const created = useCallback((id: string) => {
    setOpen((now) => ({ ...now, id, isSettled: false }));
    // One that was made before its first question has its address already.
    const address = `/s/${id}`;
    if (window.location.pathname !== address) window.history.pushState(null, "", address);
  }, []);

  if (open.id !== null && open.initial === null && open.key === open.id) {
    return (
      <Suspense fallback={<LogSkeleton />}>
        <SessionLoader key={open.key} id={open.id} fallback={<LogSkeleton />} onCreated={created} />
      </Suspense>
    );
  }
  return (
    <Conversation
      key={open.key}
      initial={open.initial}
      isStale={isStale}
      agent={agent}
      first={first}
      onCreated={created}
    />
  );
}
