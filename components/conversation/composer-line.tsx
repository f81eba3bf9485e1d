"use client";

import { Suspense } from "react";
import { useSignedOut } from "../frame/shell";
import { later } from "../ui/later";
import type { ComposerLineProps } from "./composer-note";

// It says that there is no connection, which could not bring it then.
const ComposerNote = later(() => import("./composer-note"), { isForOffline: true });

/** What stands between the reader and the next answer, with the way out; nothing where nothing does. */
export function ComposerLine(props: ComposerLineProps) {
  const isSignedOut = useSignedOut();
  const { isOnline, isGone, isLost, isArchived, refusal } = props;
  if (isOnline && !isGone && !isSignedOut && !isLost && refusal === null && !isArchived) return null;
  return (
    <Suspense>
      <ComposerNote {...props} isSignedOut={isSignedOut} />
    </Suspense>
  );
}
