"use client";

import { useEffect } from "react";
import { isProblem, listSessions, readChanges, retrieveSummary } from "../api";
import type { SessionStore } from "../sidebar/session-store";

const everyMs = 4000;

/** Takes in all that changed since a token, and gives what to ask with next. */
async function takeAll(store: SessionStore, since: string, signal: AbortSignal): Promise<string> {
  for (let token = since; ; ) {
    const changes = await readChanges(token, signal);
    if (signal.aborted) return token;
    if (changes.reset) await readAnew(store);
    else store.takeNews(changes);
    token = changes.token;
    if (!changes.has_more) return token;
  }
}

async function readAnew(store: SessionStore): Promise<void> {
  store.replace(await listSessions(null));
  const open = /^\/s\/([^/]+)$/u.exec(window.location.pathname)?.[1];
  if (open === undefined || store.find(open)) return;
  try {
    store.take([await retrieveSummary(open)]);
  } catch (thrown) {
    if (!isProblem(thrown) || thrown.status !== 404) throw thrown;
    store.takeNews({ items: [], deleted: [open] });
  }
}

/** Hears, while the page is seen, what other tabs and devices did to the sessions since `firstToken`. */
export function useChanges(store: SessionStore, firstToken: string, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const aborter = new AbortController();
    let token = firstToken;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;

    async function ask() {
      if (document.visibilityState === "visible") {
        try {
          token = await takeAll(store, token, aborter.signal);
          failures = 0;
        } catch {
          failures = Math.min(failures + 1, 4);
        }
      }
      if (!aborter.signal.aborted) timer = setTimeout(ask, everyMs * 2 ** failures);
    }

    function onVisible() {
      if (document.visibilityState !== "visible") return;
      clearTimeout(timer);
      void ask();
    }

    timer = setTimeout(ask, 1000);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      aborter.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [store, firstToken, isOn]);
}
