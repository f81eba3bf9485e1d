"use client";

import { useEffect, useRef, useState } from "react";
import type { ConversationState } from "./conversation-state";
import { endingOf } from "./segments";
import { waitingCalls } from "./turn-state";

type StatusRegionProps = {
  readonly state: ConversationState;
  /** Which version of a turn is shown since somebody asked for another; empty: nobody has. */
  readonly version: string;
};

/** Acts after 7 s, and every 30 s from then on; gives what ends that. */
function again(act: () => void): () => void {
  let timer = setTimeout(next, 7000);
  function next() {
    act();
    timer = setTimeout(next, 30_000);
  }
  return () => clearTimeout(timer);
}

/** What a screen reader hears of a turn: its start, that it goes on, its end. Never the text itself. */
export function StatusRegion({ state, version }: StatusRegionProps) {
  const last = state.turns.at(-1);
  const isBusy = state.run !== null;
  const isLost = state.connection === "lost";
  const ending = last ? endingOf(last, isBusy, true) : null;
  /** The function that the person is to answer; null: none. */
  const waitingFor = isBusy || !last ? null : (waitingCalls(last)[0]?.name ?? null);
  const [said, setSaid] = useState("");
  const wasBusy = useRef(false);
  const wasLost = useRef(false);

  useEffect(() => {
    if (isBusy) {
      setSaid("Working");
      wasBusy.current = true;
      // The same words in a row are not heard: every other time they differ by a space.
      return again(() => setSaid((before) => (before === "Still working" ? "Still working " : "Still working")));
    }
    if (wasBusy.current && waitingFor !== null) setSaid(`Waiting for you: ${waitingFor}`);
    else if (wasBusy.current)
      setSaid(ending === "stopped" ? "Stopped" : ending === "broke" ? "Failed" : "Answer ready");
    wasBusy.current = false;
  }, [isBusy, ending, waitingFor]);

  useEffect(() => {
    if (isLost) setSaid("Reconnecting");
    else if (wasLost.current) setSaid("Back online");
    wasLost.current = isLost;
  }, [isLost]);

  useEffect(() => {
    if (version !== "") setSaid(version);
  }, [version]);

  return (
    <p role="status" className="sr-only" data-status>
      {said}
    </p>
  );
}
