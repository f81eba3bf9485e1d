"use client";

import { type ComponentType, lazy, useEffect, useState } from "react";
import { onIntent } from "../conversation/intent";
import { Guard } from "./guard";

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

/**
 * A part of the page whose code comes when it is first drawn; it stands in a `Suspense`. Where the code cannot be had, or the
 * part breaks, the page stands and says so, and asks for it again when the connection is back or somebody wants it. With
 * `isForOffline` the code comes once somebody stirs: later there may be no connection that could bring it.
 */
export function later<Props extends object>(
  load: Load<Props>,
  { isForOffline = false }: { readonly isForOffline?: boolean } = {},
): ComponentType<Props> {
  let newest = lazy(load);
  if (isForOffline && typeof window !== "undefined") onIntent(() => void load().catch(() => {}));

  // biome-ignore lint/correctness/noComponentHookFactories: made once for each part, as its module loads.
  return function Later(props: Props) {
    const [Part, setPart] = useState(() => newest);
    function again() {
      // What has failed once would fail for ever.
      newest = lazy(load);
      setPart(() => newest);
    }
    return (
      <Guard of={Part} fallback={<Missing onAgain={again} />}>
        <Part {...props} />
      </Guard>
    );
  };
}

function Missing({ onAgain }: { readonly onAgain: () => void }) {
  useEffect(() => {
    window.addEventListener("online", onAgain);
    return () => window.removeEventListener("online", onAgain);
  }, [onAgain]);
  return (
    <div className="missing toast" role="alert">
      <span className="toast-text">
        {navigator.onLine
          ? "This part of the page did not load."
          : "You are offline: this part of the page opens when you are back."}
      </span>
      <button type="button" className="toast-action" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}
