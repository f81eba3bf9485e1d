"use client";

import { useEffect } from "react";
import { isProblem, listSessions, readChanges, retrieveSummary } from "../api";
import type { SessionStore } from "../sidebar/session-store";
import { poll } from "./poll";

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
    let token = firstToken;
    const isSeen = () => document.visibilityState === "visible";
    const polling = poll(
      async (signal) => {
        const next = await takeAll(store, token, signal);
        if (!signal.aborted) token = next;
      },
      { everyMs, isSeen },
    );
    const onVisible = () => isSeen() && polling.now();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      polling.close();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [store, firstToken, isOn]);
}
