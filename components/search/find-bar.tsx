"use client";

import { ChevronDown, ChevronUp, X } from "lucide";
import { type KeyboardEvent, useEffect, useEffectEvent, useState } from "react";
import type { SearchHit } from "@/lib/dialects/web/index.ts";
import { formatNumber } from "../numbers";
import { Dash, WorkingDash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
import { unmark } from "./mark-found";
import { placeAgain, type ShownHit } from "./place-again";
import { turnOf } from "./rows";
import { SearchInput } from "./search-input";
import { type Searching, useSearch } from "./use-search";
import type { WantedTurn } from "./wanted-turn";

type FindBarProps = {
  readonly sessionId: string;
  /** How often somebody has asked for it: the focus is in it then. */
  readonly asked: number;
  readonly onShow: (turn: WantedTurn) => void;
  readonly onClose: () => void;
};

/** Finds messages of a session, also those that are not loaded, and goes from one to the next. */
export default function FindBar({ sessionId, asked, onShow, onClose }: FindBarProps) {
  const [text, setText] = useState("");
  const searching = useSearch({ text, sessionId, withArchived: true });
  const { answer, answered } = searching;
  const hits = answer?.sessions[0]?.hits ?? [];
  const [at, setAt] = useState(0);
  const [shown, setShown] = useState<ShownHit | null>(null);
  const [opener] = useState(() => document.activeElement);

  useEffect(() => unmark, []);

  const go = (to: number) => {
    const hit = hits[to];
    if (!hit) return;
    setAt(to);
    setShown({ id: hit.message_id, answered });
    onShow({ sessionId, ...turnOf(hit) });
  };
  const step = (by: number) => go((at + by + hits.length) % hits.length);
  const begin = useEffectEvent(() => {
    const again = placeAgain(hits, shown, answered);
    if (again !== null) setAt(again);
    else if (hits.length > 0) go(nearest(hits));
    else unmark();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each answer.
  useEffect(() => begin(), [answer]);

  function close() {
    onClose();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target instanceof HTMLInputElement) step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <search className="find-bar" aria-label="In this session" onKeyDown={onKeyDown}>
      {searching.state === "searching" ? <WorkingDash /> : <Dash />}
      <SearchInput
        aria-label="Find in this session"
        placeholder="Find in this session"
        text={text}
        onText={setText}
        asked={asked}
      />
      <Count searching={searching} at={at} count={hits.length} />
      <IconButton icon={ChevronUp} label="The one before (⇧ ↵)" disabled={hits.length === 0} onClick={() => step(-1)} />
      <IconButton icon={ChevronDown} label="The next one (↵)" disabled={hits.length === 0} onClick={() => step(1)} />
      <IconButton icon={X} label="Close" onClick={close} />
    </search>
  );
}

function Count({
  searching: { answer, state, again },
  at,
  count,
}: {
  readonly searching: Searching;
  readonly at: number;
  readonly count: number;
}) {
  if (state === "failed") {
    return (
      <span className="find-count" role="alert">
        Search failed.{" "}
        <button type="button" className="small-action" onClick={again}>
          Try again
        </button>
      </span>
    );
  }
  if (state === "offline" && answer !== null) {
    return (
      <span className="find-count" role="status">
        Searched when you are back
      </span>
    );
  }
  const all = `${formatNumber(count)}${answer?.has_more ? "+" : ""}`;
  return (
    <span className="find-count" role="status">
      {answer !== null && (count === 0 ? "Nothing" : `${formatNumber(at + 1)} of ${all}`)}
    </span>
  );
}

/** The first message that was found whose turn is on the screen or below it, else the last one. */
function nearest(hits: readonly SearchHit[]): number {
  const box = document.querySelector(".scroller");
  const top = box?.getBoundingClientRect().top ?? 0;
  const found = hits.findIndex(({ turn_id }) => {
    const turn = box?.querySelector(`[data-turn="${CSS.escape(turn_id)}"]`);
    return turn != null && turn.getBoundingClientRect().bottom > top + 24;
  });
  return found === -1 ? hits.length - 1 : found;
}
