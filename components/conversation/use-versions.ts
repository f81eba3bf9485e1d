"use client";

import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import { isProblem, problem } from "../api";
import { notify } from "../ui/notify";
import type { ConversationStore } from "./conversation-store";
import { type Direction, hasVersion, isOf, type Turn } from "./turns-in";

type Wanted = {
  readonly questionId: string;
  /** Where the turn stood on the screen: the version that takes its place stands there too. */
  readonly top: number;
  readonly direction: Direction;
};

/**
 * Going to another version of a turn, which comes to stand where the turn stood; `said` tells which one is shown now.
 */
export function useVersions(
  scrollerRef: RefObject<HTMLElement | null>,
  store: ConversationStore,
  shown: readonly Turn[],
  { leaveEnd, toEnd }: { readonly leaveEnd: () => void; readonly toEnd: () => void },
): { readonly said: string; readonly step: (turn: Turn, direction: Direction) => void } {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [said, setSaid] = useState("");
  const found = wanted === null ? undefined : shown.find((turn) => isOf(turn, wanted.questionId));

  useLayoutEffect(() => {
    const box = scrollerRef.current;
    if (!box || wanted === null || found === undefined) return;
    const turn = turnIn(box, found.key);
    if (turn) {
      box.scrollTop += turn.getBoundingClientRect().top - wanted.top;
      const button = turn.querySelector<HTMLElement>(`[data-version="${wanted.direction}"]`);
      (button ?? turn).focus({ preventScroll: true });
      // Where nothing is below, the reader is at the end without going there.
      if (box.scrollHeight - box.scrollTop - box.clientHeight <= 1) toEnd();
    }
    if (found.versions) setSaid(`Version ${found.versions.shown} of ${found.versions.count}`);
    setWanted(null);
  }, [scrollerRef, wanted, found, toEnd]);

  // The same function at each draw: whoever gets it is drawn anew with another one.
  const step = useCallback(
    (turn: Turn, direction: Direction): void => {
      const box = scrollerRef.current;
      if (!box || !hasVersion(turn.versions, direction)) return;
      if (store.get().run) return void notify({ text: "An answer is being given. Stop it, or wait for its end." });
      leaveEnd();
      // The same words are said again.
      setSaid("");
      const top = turnIn(box, turn.key)?.getBoundingClientRect().top ?? 0;
      show(store, turn.key, direction, (questionId) => setWanted({ questionId, top, direction })).catch((thrown) => {
        setWanted(null);
        const why = isProblem(thrown) && thrown.message !== "" ? thrown.message : "The server did not answer";
        void notify({ text: `The other version is not shown. ${why}.` });
        void store.refresh();
      });
    },
    [scrollerRef, store, leaveEnd],
  );

  return { said, step };
}

/** Shows the version beside a turn; `onFound` hears of its question before it is shown. */
async function show(
  store: ConversationStore,
  key: string,
  direction: Direction,
  onFound: (questionId: string) => void,
): Promise<void> {
  const version = await store.versionBeside(key, direction);
  if (version === null) throw problem(404, "It could not be read");
  onFound(version.questionId);
  await store.show(version);
}

const turnIn = (box: HTMLElement, key: string): HTMLElement | null =>
  box.querySelector<HTMLElement>(`[data-turn="${CSS.escape(key)}"]`);
