"use client";

import { useEffect, useState } from "react";
import type { TurnContext } from "@/lib/dialects/web/index.ts";
import { isProblem } from "../../api";
import { readContext } from "./requests";

export type Read =
  | { readonly state: "reading" }
  | { readonly state: "failed"; readonly isGone: boolean }
  | { readonly state: "read"; readonly context: TurnContext };

const READING: Read = { state: "reading" };

/** What the model saw in a turn, read anew for each turn, for the other form, when the turn ends, and on `again`. */
export function useContextOf(
  sessionId: string,
  runId: string | null,
  { isRaw, isGoing }: { readonly isRaw: boolean; readonly isGoing: boolean },
) {
  const [read, setRead] = useState(READING);
  const [tries, setTries] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn that has ended has more to tell, and who tries again asks again.
  useEffect(() => {
    if (runId === null) return;
    const aborter = new AbortController();
    setRead((shown) => (shown.state === "read" && shown.context.run_id === runId ? shown : READING));
    readContext(sessionId, runId, { isRaw, first: 0 }, aborter.signal).then(
      (context) => setRead({ state: "read", context }),
      (thrown: unknown) => {
        if (aborter.signal.aborted) return;
        setRead({ state: "failed", isGone: isProblem(thrown) && thrown.status === 404 });
      },
    );
    return () => aborter.abort();
  }, [sessionId, runId, isRaw, isGoing, tries]);

  /** Reads the next items behind those that are there. */
  async function readMore(): Promise<void> {
    if (runId === null || read.state !== "read" || read.context.next_item === null) return;
    const shown = read.context;
    const more = await readContext(sessionId, runId, { isRaw, first: read.context.next_item });
    setRead((now) =>
      now.state === "read" && now.context === shown
        ? { state: "read", context: { ...shown, items: [...shown.items, ...more.items], next_item: more.next_item } }
        : now,
    );
  }

  return { read, readMore, again: () => setTries((count) => count + 1) };
}
