import { useEffect, useState } from "react";

/** What pages came with, and was left with them. */
const left = new WeakSet<object>();

/**
 * Whether what a page came with was on screen before and left: on the way back the router shows it again, older than
 * what is stored by now. Null: it came with nothing.
 */
export function useWasLeft(begun: object | null): boolean {
  const [wasLeft] = useState(() => begun !== null && left.has(begun));
  useEffect(() => () => void (begun && left.add(begun)), [begun]);
  return wasLeft;
}
