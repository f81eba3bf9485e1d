"use client";

import { useEffect, useState } from "react";
import type { Outline } from "@/lib/dialects/web/index.ts";
import { readOutline } from "../search/requests";

type Read = { readonly items: Outline["items"]; readonly state: "reading" | "whole" | "failed" };

const NOTHING: Read = { items: [], state: "reading" };

/** Reads the questions of a session page by page and tells of all of them after each. */
async function readAll(sessionId: string, signal: AbortSignal, tell: (read: Read) => void): Promise<void> {
  let items: Outline["items"] = [];
  let place: string | null = null;
  try {
    do {
      const page: Outline = await readOutline(sessionId, place, signal);
      items = [...items, ...page.items];
      place = page.next;
      tell({ items, state: place === null ? "whole" : "reading" });
    } while (place !== null);
  } catch {
    if (!signal.aborted) tell({ items, state: "failed" });
  }
}

/** All questions of a session, oldest first, read page by page for as long as somebody looks. */
export function useOutline(sessionId: string, isOpen: boolean): Read {
  const [read, setRead] = useState(NOTHING);

  useEffect(() => {
    if (!isOpen) return;
    const aborter = new AbortController();
    setRead(NOTHING);
    void readAll(sessionId, aborter.signal, setRead);
    return () => aborter.abort();
  }, [sessionId, isOpen]);

  return read;
}
