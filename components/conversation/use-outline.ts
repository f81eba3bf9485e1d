"use client";

import { useEffect, useState } from "react";
import type { Outline } from "@/lib/dialects/web/index.ts";
import { readOutline } from "../api";

type Read = { readonly items: Outline["items"]; readonly state: "reading" | "whole" | "failed" };

const NOTHING: Read = { items: [], state: "reading" };

/** All questions of a session, oldest first, read page by page for as long as somebody looks. */
export function useOutline(sessionId: string, isOpen: boolean): Read {
  const [read, setRead] = useState(NOTHING);

  useEffect(() => {
    if (!isOpen) return;
    const aborter = new AbortController();
    async function readAll() {
      setRead(NOTHING);
      let items: Outline["items"] = [];
      try {
        for (let place: string | null | undefined; place !== null; ) {
          const page: Outline = await readOutline(sessionId, place ?? null, aborter.signal);
          items = [...items, ...page.items];
          place = page.next;
          setRead({ items, state: place === null ? "whole" : "reading" });
        }
      } catch {
        if (!aborter.signal.aborted) setRead({ items, state: "failed" });
      }
    }
    void readAll();
    return () => aborter.abort();
  }, [sessionId, isOpen]);

  return read;
}
