"use client";

import { type RefObject, useEffect } from "react";
import { Composer } from "./composer";
import { ComposerLine, useOnline } from "./composer-line";
import { ModelSelect } from "./model-choice";
import type { Talk } from "./use-conversation";
import type { ComposerHandle } from "./use-draft-field";
import type { ModelChoice } from "./use-model-choice";

type TalkComposerProps = {
  readonly talk: Talk;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly composer: RefObject<ComposerHandle | null>;
  readonly onSend: (text: string) => void;
  readonly choice: ModelChoice;
};

/** The composer of a talk, with what stands in the way of the next question; a question that is refused comes back. */
export function TalkComposer({ talk, isGone, composer, onSend, choice }: TalkComposerProps) {
  const { isBusy, refusal, setRefusal } = talk;
  const isOnline = useOnline();

  useEffect(() => {
    if (refusal && refusal.text !== "") composer.current?.fill(refusal.text);
  }, [refusal, composer]);

  return (
    <Composer
      sessionId={talk.sessionId}
      placeholder={placeholderFor(isOnline, isGone, isBusy)}
      isBusy={isBusy}
      isStopping={talk.isStopping}
      canSend={isOnline && !isGone}
      handle={composer}
      onSend={onSend}
      onStop={talk.stop}
      choice={<ModelSelect choice={choice} />}
      line={
        <ComposerLine
          isOnline={isOnline}
          isGone={isGone}
          isLost={talk.isLost}
          refusal={refusal}
          onAgain={() => {
            if (!refusal) return;
            composer.current?.fill("", true);
            setRefusal(null);
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
