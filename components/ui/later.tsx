"use client";

import { type ComponentType, lazy, useEffect, useState } from "react";
import { onIntent } from "../conversation/intent";
import { Guard } from "./guard";

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

/**
 * A part of the page whose code comes when it is first drawn; it stands in a `Suspense`. Where the code cannot be had,
 * or the part breaks, the page stands and says which of the two, and tries again when somebody wants it; what could not
 * be had also when the connection is back. With `isForOffline` the code comes once somebody stirs: later there may be
 * no connection that could bring it.
 */
export function later<Props extends object>(
  load: Load<Props>,
  { isForOffline = false }: { readonly isForOffline?: boolean } = {},
): ComponentType<Props> {
  let hasCome = false;
  const bring = async () => {
    const part = await load();
    hasCome = true;
    return part;
  };
  let newest = lazy(bring);
  if (isForOffline && typeof window !== "undefined") onIntent(() => void load().catch(() => {}));

  // biome-ignore lint/correctness/noComponentHookFactories: made once for each part, as its module loads.
  return function Later(props: Props) {
    const [Part, setPart] = useState(() => newest);
    function again() {
      // What has failed once would fail for ever.
      newest = lazy(bring);
      setPart(() => newest);
    }
    return (
      <Guard of={Part} fallback={<Missing hasCome={() => hasCome} onAgain={again} />}>
        <Part {...props} />
      </Guard>
    );
  };
}

type MissingProps = {
  /** Whether its code is there, so that it broke. */
  readonly hasCome: () => boolean;
  readonly onAgain: () => void;
};

function Missing({ hasCome, onAgain }: MissingProps) {
  const [isBroken] = useState(hasCome);
  useEffect(() => {
    if (isBroken) return;
    window.addEventListener("online", onAgain);
    return () => window.removeEventListener("online", onAgain);
  }, [isBroken, onAgain]);
  return (
    <div className="missing toast" role="alert">
      <span className="toast-text">{isBroken ? BROKEN : navigator.onLine ? MISSING : OFFLINE}</span>
      <button type="button" className="toast-action" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

const BROKEN = "This part of the page broke. The rest works on.";
const MISSING = "This part of the page did not load.";
const OFFLINE = "You are offline: this part of the page opens when you are back.";
