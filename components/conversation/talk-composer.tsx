"use client";

import { type RefObject, useEffect } from "react";
import type { SessionDocuments } from "../knowledge/use-session-documents";
import { resent } from "./asking";
import type { AttachedFile } from "./attachments/attachment";
import { Composer } from "./composer";
import { ComposerLine, useOnline } from "./composer-line";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { ModelSelect } from "./model-choice";
import type { ComposerHandle } from "./use-draft-field";
import type { ModelChoice } from "./use-model-choice";
import type { SendQueue } from "./use-queue";

type TalkComposerProps = {
  readonly state: ConversationState;
  readonly store: ConversationStore;
  readonly queue: SendQueue;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly composer: RefObject<ComposerHandle | null>;
  readonly onSend: (text: string, files: readonly AttachedFile[]) => void;
  readonly choice: ModelChoice;
  readonly documents: SessionDocuments;
};

/** The composer of a conversation, with what stands in the way of the next question; a question that is refused comes back. */
export function TalkComposer({ state, store, queue, isGone, composer, onSend, choice, documents }: TalkComposerProps) {
  const { refusal, run } = state;
  const isBusy = run !== null;
  const isOnline = useOnline();

  // One that waits is shown where it waits.
  const isQueued = refusal !== null && queue.items.some(({ id }) => id === refusal.key);
  useEffect(() => {
    if (isQueued) return;
    if (refusal && refusal.text !== "") composer.current?.fill(refusal.text);
    if (refusal && refusal.files.length > 0) composer.current?.attach?.(resent(refusal.files));
  }, [refusal, isQueued, composer]);

  function send(text: string, files: readonly AttachedFile[]) {
    if (!queue.isHolding) return onSend(text, files);
    queue.add(text, files);
    composer.current?.forget(text);
  }

  return (
    <Composer
      sessionId={state.sessionId}
      placeholder={placeholderFor(isOnline, isGone, isBusy)}
      isBusy={isBusy}
      isStopping={run?.isStopping === true}
      canSend={!isGone && (!queue.isHolding || queue.hasRoom)}
      isHolding={queue.isHolding}
      handle={composer}
      onSend={send}
      onStop={() => void store.stop()}
      choice={<ModelSelect choice={choice} />}
      seesImages={choice.seesImages}
      documents={documents}
      line={
        <ComposerLine
          isOnline={isOnline}
          isGone={isGone}
          isLost={state.connection === "lost"}
          waiting={queue.items.length}
          refusal={isQueued ? null : refusal}
          onAgain={() => {
            if (!refusal) return;
            composer.current?.fill("", true);
            composer.current?.detach?.();
            store.forgetRefusal();
            onSend(refusal.text, resent(refusal.files));
          }}
        />
      }
    />
  );
}

function placeholderFor(isOnline: boolean, isGone: boolean, isBusy: boolean): string {
  if (isGone) return "Nothing can be sent to a deleted session";
  if (!isOnline) return "Write on; it is kept on this device";
  if (isBusy) return "Write your next message";
  return "Ask, or hand over a task";
}
