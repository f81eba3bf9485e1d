"use client";

import { WorkingDash } from "../ui/dash";
import type { Beyond } from "./conversation-state";

type MoreProps = { readonly beyond: Beyond; readonly side: "older" | "newer"; readonly onRead: () => void };

/** Stands where more turns are to come. They come by themselves; by keys they can be asked for. */
export function MoreTurns({ beyond: { reading }, side, onRead }: MoreProps) {
  return (
    <div className="more-turns" aria-busy={reading === "yes"}>
      {reading === "yes" ? (
        <WorkingDash />
      ) : (
        <button type="button" className="small-action" onClick={onRead}>
          {reading === "failed" ? `The ${side} messages did not load. Try again` : `Show ${side} messages`}
        </button>
      )}
    </div>
  );
}
