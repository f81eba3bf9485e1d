"use client";

import { useEffect, useState } from "react";

/** Whole seconds since a moment, counted while something runs. */
export function useSeconds(sinceIso: string | null, isRunning: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!isRunning) return;
    const told = sinceIso ? Date.parse(sinceIso) : Date.now();
    // Another machine's clock may be ahead of this one.
    const since = Math.min(Number.isFinite(told) ? told : Date.now(), Date.now());
    const tick = () => setSeconds(Math.floor((Date.now() - since) / 1000));
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [sinceIso, isRunning]);
  return isRunning ? seconds : 0;
}
