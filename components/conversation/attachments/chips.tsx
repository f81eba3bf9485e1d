"use client";

import { Suspense } from "react";
import { later } from "../../ui/later";
import { type AttachmentLimits, countInWords } from "./attachment";
import type { Attachments } from "./use-attachments";

const ChipList = later(() => import("./chip-list"), { isForOffline: true });

type ChipsProps = {
  readonly attachments: Attachments;
  readonly limits: AttachmentLimits;
  /** What else is to be known of them; null: nothing. */
  readonly note: string | null;
};

/** The files of the composer, and what is wrong with them. */
export function Chips({ attachments, limits, note }: ChipsProps) {
  const { list, words } = attachments;
  return (
    <div className="attachments" hidden={list.length === 0 && words === null}>
      {list.length > 0 && (
        <Suspense>
          <ChipList attachments={attachments} />
        </Suspense>
      )}
      <p className="composer-hint" role="status">
        {[words ?? (list.length > 0 ? countInWords(list, limits) : ""), note ?? ""].join(" ").trim()}
      </p>
    </div>
  );
}
