"use client";

import { useEffect } from "react";
import { readChanges } from "../api";
import type { SessionStore } from "../sidebar/session-store";

const everyMs = 4000;

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
          const changes = await readChanges(token, aborter.signal);
          token = changes.token;
          failures = 0;
          store.take(changes.items ?? []);
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
