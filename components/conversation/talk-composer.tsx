"use client";

import { type RefObject, useEffect } from "react";
import { Composer } from "./composer";
import { ComposerLine, useOnline } from "./composer-line";
import type { ConversationState } from "./conversation-state";
import type { ConversationStore } from "./conversation-store";
import { ModelSelect } from "./model-choice";
import type { ComposerHandle } from "./use-draft-field";
import type { ModelChoice } from "./use-model-choice";

type TalkComposerProps = {
  readonly state: ConversationState;
  readonly store: ConversationStore;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly composer: RefObject<ComposerHandle | null>;
  readonly onSend: (text: string) => void;
  readonly choice: ModelChoice;
};

/** The composer of a conversation, with what stands in the way of the next question; a question that is refused comes back. */
export function TalkComposer({ state, store, isGone, composer, onSend, choice }: TalkComposerProps) {
  const { refusal, run } = state;
  const isBusy = run !== null;
  const isOnline = useOnline();

  useEffect(() => {
    if (refusal && refusal.text !== "") composer.current?.fill(refusal.text);
  }, [refusal, composer]);

  return (
    <Composer
      sessionId={state.sessionId}
      placeholder={placeholderFor(isOnline, isGone, isBusy)}
      isBusy={isBusy}
      isStopping={run?.isStopping === true}
      canSend={isOnline && !isGone}
      handle={composer}
      onSend={onSend}
      onStop={() => void store.stop()}
      choice={<ModelSelect choice={choice} />}
      line={
        <ComposerLine
          isOnline={isOnline}
          isGone={isGone}
          isLost={state.connection === "lost"}
          refusal={refusal}
          onAgain={() => {
            if (!refusal) return;
            composer.current?.fill("", true);
            store.forgetRefusal();
            onSend(refusal.text);
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
