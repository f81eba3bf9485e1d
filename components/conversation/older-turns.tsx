"use client";

import { WorkingDash } from "../ui/dash";
import type { ConversationState } from "./conversation-state";

type OlderProps = { readonly older: NonNullable<ConversationState["older"]>; readonly onRead: () => void };

/** Stands above the first turn while there are older ones. They come by themselves; by keys they can be asked for. */
export function OlderTurns({ older: { reading }, onRead }: OlderProps) {
  return (
    <div className="older-turns" aria-busy={reading === "yes"}>
      {reading === "yes" ? (
        <WorkingDash />
      ) : (
        <button type="button" className="small-action" onClick={onRead}>
          {reading === "failed" ? "Older messages did not load. Try again" : "Show older messages"}
        </button>
      )}
    </div>
  );
}
