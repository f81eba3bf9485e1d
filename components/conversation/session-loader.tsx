"use client";

import { type ReactNode, useEffect, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { isProblem, readWindow } from "../api";
import { useShell } from "../frame/shell";
import { Dash } from "../ui/dash";
import { PageLink } from "../ui/page-link";
import { signInPath } from "../viewer";
import { Conversation } from "./conversation";

type SessionLoaderProps = {
  readonly id: string;
  readonly fallback: ReactNode;
  readonly onCreated: (id: string) => void;
};

/** For when the router goes back to an address whose page it never had from the server. */
export default function SessionLoader({ id, fallback, onCreated }: SessionLoaderProps) {
  const { store } = useShell();
  const [session, setSession] = useState<SessionWindow | null>(null);
  const [failure, setFailure] = useState<{ readonly why: string; readonly isSignedOut: boolean } | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    const aborter = new AbortController();
    setFailure(null);
    readWindow(id, null, aborter.signal).then(
      (window) => {
        store.take([window.session]);
        setSession(window);
      },
      (thrown) => {
        if (aborter.signal.aborted) return;
        const isSignedOut = isProblem(thrown) && thrown.status === 401;
        const why = isProblem(thrown) ? thrown.message : "It could not be read.";
        setFailure({ why: isSignedOut ? "You are signed out." : why, isSignedOut });
      },
    );
    return () => aborter.abort();
  }, [id, attempt, store]);

  if (session) return <Conversation initial={session} onCreated={onCreated} />;
  if (failure === null) return fallback;
  return (
    <div className="page-note">
      <Dash />
      <h1>This session did not load</h1>
      <p>{failure.why}</p>
      <div className="page-note-actions">
        {failure.isSignedOut && (
          <PageLink href={signInPath(`/s/${id}`)} className="button">
            Sign in
          </PageLink>
        )}
        <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </button>
        <PageLink href="/" className="button" data-kind="quiet">
          New session
        </PageLink>
      </div>
    </div>
  );
}
