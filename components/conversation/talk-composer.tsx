"use client";

import { type RefObject, useEffect, useRef } from "react";
import { focusComposer } from "../frame/focus";
import { useListedSession } from "../frame/shell";
import { useOnline } from "../frame/use-online";
import type { SessionDocuments } from "../knowledge/use-session-documents";
import { useSessionActions } from "../sidebar/session-actions";
import { resent } from "./asking";
import type { AttachedFile } from "./attachments/attachment";
import { Composer } from "./composer";
import { ComposerLine } from "./composer-line";
import type { Refusal } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { ModelSelect } from "./model-choice";
import type { ComposerHandle } from "./use-draft-field";
import type { ModelChoice } from "./use-model-choice";
import type { SendQueue } from "./use-queue";

type TalkComposerProps = {
  readonly sessionId: string | null;
  readonly refusal: Refusal | null;
  readonly isBusy: boolean;
  readonly isStopping: boolean;
  /** The connection broke and is being mended. */
  readonly isLost: boolean;
  readonly store: ConversationStore;
  readonly queue: SendQueue;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly composer: RefObject<ComposerHandle | null>;
  /** The key of the question that the server has taken last; null: none. */
  readonly taken: string | null;
  /** `id`: the one that it was sent under before. */
  readonly onSend: (text: string, files: readonly AttachedFile[], id?: string) => void;
  readonly choice: ModelChoice;
  readonly documents: SessionDocuments;
};

/**
 * The composer of a conversation, with what stands in the way of the next question; a question that is refused comes
 * back. It takes no part of what streams, so that a key need not wait for it.
 */
export function TalkComposer(props: TalkComposerProps) {
  const { sessionId, refusal, isBusy, isStopping, isLost, store, queue, isGone, composer, onSend, choice } = props;
  const { documents, taken } = props;
  const isOnline = useOnline();
  const isArchived = useListedSession(sessionId)?.archived === true;
  const { setArchived } = useSessionActions();

  // One that waits is shown where it waits.
  const isQueued = refusal !== null && queue.items.some(({ id }) => id === refusal.key);
  useEffect(() => {
    if (isQueued) return;
    if (refusal && refusal.text !== "") composer.current?.fill(refusal.text);
    if (refusal && refusal.files.length > 0) composer.current?.attach(resent(refusal.files));
  }, [refusal, isQueued, composer]);

  // One that the server has after all is not to be sent again.
  const refused = useRef<Refusal | null>(null);
  useEffect(() => {
    const before = refused.current;
    refused.current = refusal;
    if (refusal === null && before !== null && before.key === taken)
      composer.current?.takeOut(before.text, before.files);
  }, [refusal, taken, composer]);

  function send(text: string, files: readonly AttachedFile[]) {
    // Under the same id the server asks it once, also where it had heard it and nobody heard the server.
    const id = refusal?.status === 0 && !isQueued && isSame(refusal, text, files) ? refusal.key : undefined;
    if (!queue.isHolding && !choice.isUndecided()) return onSend(text, files, id);
    queue.add(text, files, id);
    composer.current?.forget(text);
  }

  return (
    <Composer
      sessionId={sessionId}
      placeholder={placeholderFor(isOnline, isGone, isBusy)}
      isBusy={isBusy}
      isStopping={isStopping}
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
          isLost={isLost}
          isArchived={isArchived}
          onUnarchive={() => {
            if (sessionId !== null) setArchived(sessionId, false);
            focusComposer();
          }}
          waiting={queue.items.length}
          refusal={isQueued ? null : refusal}
          onAgain={() => {
            if (!refusal) return;
            store.forgetRefusal();
            // What was refused stands in the composer, as it may have been changed since.
            if (composer.current?.isEmpty()) onSend(refusal.text, resent(refusal.files));
            else composer.current?.send();
          }}
        />
      }
    />
  );
}

function isSame(refusal: Refusal | null, text: string, files: readonly AttachedFile[]): boolean {
  const ids = resent(refusal?.files).map(({ id }) => id);
  return refusal?.text === text && ids.join() === files.map(({ id }) => id).join();
}

function placeholderFor(isOnline: boolean, isGone: boolean, isBusy: boolean): string {
  if (isGone) return "Nothing can be sent to a deleted session";
  if (!isOnline) return "Write on; it is kept on this device";
  if (isBusy) return "Write your next message";
  return "Ask, or hand over a task";
}
