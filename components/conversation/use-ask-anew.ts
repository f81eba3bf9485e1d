"use client";

import { type RefObject, useCallback } from "react";
import { notify } from "../ui/notify";
import type { SentWith } from "./conversation-ports";
import type { ConversationStore } from "./conversation-store";
import { editDraft } from "./question-editor";
import type { Turn } from "./turns-in";

/** A question that was edited and sent, and where its draft is kept until the server has it. */
export type Edited = { readonly text: string; readonly draft: string };

type AskAnew = {
  readonly store: ConversationStore;
  readonly sentWith: SentWith;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly edited: RefObject<Edited | null>;
  readonly onAsked: () => void;
};

/** Asking a turn's question once more, as it is or in other words: beside the turn, which stays. Both stay the same functions. */
export function useAskAnew({ store, sentWith, isGone, edited, onAsked }: AskAnew) {
  const mayAsk = useCallback((): boolean => {
    if (isGone) void notify({ text: "The session was deleted. Nothing more can be asked in it." });
    else if (store.get().run) void notify({ text: "An answer is being given. Stop it, or wait for its end." });
    else return true;
    return false;
  }, [store, isGone]);

  const again = useCallback(
    (turn: Turn): void => {
      if (!mayAsk()) return;
      store.again(turn.key, sentWith);
      onAsked();
    },
    [store, sentWith, mayAsk, onAsked],
  );

  const edit = useCallback(
    (turn: Turn, text: string): boolean => {
      if (!turn.question || !mayAsk()) return false;
      edited.current = { text, draft: editDraft(turn.question.id) };
      store.edit(turn.key, text, sentWith);
      onAsked();
      return true;
    },
    [store, sentWith, edited, mayAsk, onAsked],
  );

  return { again, edit };
}
