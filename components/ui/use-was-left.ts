import { useEffect, useState } from "react";

/** What pages came with, and was left with them. */
const left = new WeakSet<object>();

/**
 * Whether what a page came with was on screen before and left: on the way back the router shows it again, older than what is
 * stored by now.
 */
export function useWasLeft(begun: object): boolean {
  const [wasLeft] = useState(() => left.has(begun));
  useEffect(() => () => void left.add(begun), [begun]);
  return wasLeft;
}
