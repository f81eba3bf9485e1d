"use client";

import { useEffect, useState } from "react";
import { isProblem } from "../api";
import { type Passage, readPassage } from "./requests";

export type ReadPassage =
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly passage: Passage }
  /** `isGone`: the document, or this piece of it, is not there any more. */
  | { readonly kind: "failed"; readonly why: string; readonly isGone: boolean };

const READING: ReadPassage = { kind: "reading" };

/** A piece of a document with the text around it; `again` reads it anew where that failed. */
export function usePassage(docId: string, chunkId: string): { readonly read: ReadPassage; readonly again: () => void } {
  const [read, setRead] = useState(READING);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try reads anew.
  useEffect(() => {
    const aborter = new AbortController();
    setRead(READING);
    readPassage(docId, chunkId, aborter.signal).then(
      (passage) => !aborter.signal.aborted && setRead({ kind: "read", passage }),
      (thrown: unknown) => {
        if (aborter.signal.aborted) return;
        const why = isProblem(thrown) ? thrown.message : "The passage could not be read.";
        setRead({ kind: "failed", why, isGone: isProblem(thrown) && thrown.status === 404 });
      },
    );
    return () => aborter.abort();
  }, [docId, chunkId, tries]);
  return { read, again: () => setTries((n) => n + 1) };
}
