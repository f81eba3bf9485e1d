"use client";

import { type RefObject, Suspense } from "react";
import { later } from "../ui/later";
import type { ComposerHandle } from "./use-draft-field";
import type { SendQueue } from "./use-queue";

// What waits may wait for the connection, which could not bring the list then.
const WaitingList = later(() => import("./waiting-list"), { isForOffline: true });

type WaitingMessagesProps = {
  readonly queue: SendQueue;
  /** Why the last one was not taken, in the server's words. */
  readonly why: string | null;
  /** Gets what is taken back. */
  readonly composer: RefObject<ComposerHandle | null>;
};

/** The messages that wait to be sent, where there are some. */
export function WaitingMessages({ queue, why, composer }: WaitingMessagesProps) {
  if (queue.items.length === 0) return null;

  function takeBack(id: string) {
    const taken = queue.takeBack(id);
    composer.current?.fill(taken?.text ?? "");
    if (taken?.files) composer.current?.attach(taken.files);
  }
  return (
    <Suspense>
      <WaitingList
        items={queue.items}
        reason={queue.reason}
        why={why}
        onChange={queue.change}
        onTakeBack={takeBack}
        onSendAnyway={queue.sendAnyway}
        onEditing={queue.setEditing}
      />
    </Suspense>
  );
}
