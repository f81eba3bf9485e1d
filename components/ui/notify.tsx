"use client";

import { Suspense, useSyncExternalStore } from "react";
import { later } from "./later";
import type { Notice } from "./notice";

const load = () => import("./toaster");
const Toaster = later(load, { isForOffline: true });

let wanted = false;
const listeners = new Set<() => void>();

/** Says something at the end of the page for a while. The host and its code come with the first notice. */
export async function notify(notice: Notice): Promise<void> {
  if (!wanted) {
    wanted = true;
    for (const listener of listeners) listener();
  }
  const toaster = await load().catch(() => null);
  toaster?.show(notice);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function NoticeHost() {
  const isWanted = useSyncExternalStore(
    subscribe,
    () => wanted,
    () => false,
  );
  return (
    isWanted && (
      <Suspense fallback={null}>
        <Toaster />
      </Suspense>
    )
  );
}
