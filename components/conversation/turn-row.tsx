"use client";

import { memo, use } from "react";
import { Guard } from "../ui/guard";
import { BrokenTurn } from "./broken-turn";
import { loopTurn } from "./loop-turn";
import { TurnArticle } from "./turn";
import type { TurnProps } from "./turn-props";

/** A turn of the log, by itself if others break. Drawn anew only when the turn itself is another, or its place. */
export const TurnRow = memo(function TurnRow(props: TurnProps) {
  if (typeof window === "undefined" && props.startsWhole) use(loopTurn());
  return (
    <Guard of={props.turn} fallback={<BrokenTurn turn={props.turn} />}>
      <TurnArticle {...props} />
    </Guard>
  );
});
