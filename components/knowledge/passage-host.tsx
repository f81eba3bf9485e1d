"use client";

import { usePathname } from "next/navigation";
import { Suspense, useEffect, useSyncExternalStore } from "react";
import { later } from "../ui/later";
import { closePassage, shownPassage } from "./open-passage";

const PassageSheet = later(() => import("./passage-sheet"));

/** Where a passage is shown; its code comes with the first. Another page shows none. */
export function PassageHost() {
  const passage = useSyncExternalStore(shownPassage.subscribe, shownPassage.get, shownPassage.getFirst);
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was opened belongs to the page that is left.
  useEffect(() => closePassage, [pathname]);
  if (passage === null) return null;
  return (
    <Suspense>
      <PassageSheet passage={passage} onClose={closePassage} />
    </Suspense>
  );
}
