"use client";

import { type RefObject, useCallback } from "react";
import { notify } from "../ui/notify";
import type { SentWith } from "./conversation-ports";
import type { ConversationStore } from "./conversation-store";
import { editDraft } from "./draft";
import type { Turn } from "./turns-in";

/** A question that was edited and sent, and where its draft is kept until the server has it. */
export type Edited = { readonly text: string; readonly draft: string };

/** Who is to answer instead of who would; the model null: the agent's own. */
export type AgainFrom = { readonly model: string | null };

type AskAnew = {
  readonly store: ConversationStore;
  readonly sentWith: SentWith;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly edited: RefObject<Edited | null>;
  readonly onAsked: () => void;
  readonly content: RefObject<HTMLElement | null>;
};

/**
 * Asking a turn's question once more, as it is or in other words: beside the turn, which stays. Both stay the same
 * functions.
 */
export function useAskAnew({ store, sentWith, isGone, edited: editedRef, onAsked, content }: AskAnew) {
  const mayAsk = useCallback((): boolean => {
    if (isGone) void notify({ text: "The session was deleted. Nothing more can be asked in it." });
    else if (store.get().run) void notify({ text: "An answer is being given. Stop it, or wait for its end." });
    else return true;
    return false;
  }, [store, isGone]);

  /** The focus was in the turn that is replaced, and goes to the one that is asked. */
  const asked = useCallback(() => {
    onAsked();
    requestAnimationFrame(() => {
      content.current?.querySelector<HTMLElement>(".turn[data-last]")?.focus({ preventScroll: true });
    });
  }, [content, onAsked]);

  const again = useCallback(
    (turn: Turn, from?: AgainFrom): void => {
      if (!mayAsk()) return;
      const { model: _, ...others } = sentWith;
      const answerer = from === undefined ? sentWith : from.model === null ? others : { ...others, model: from.model };
      store.again(turn.key, answerer);
      asked();
    },
    [store, sentWith, mayAsk, asked],
  );

  const edit = useCallback(
    (turn: Turn, text: string): boolean => {
      if (!turn.question || !mayAsk()) return false;
      editedRef.current = { text, draft: editDraft(turn.question.id) };
      store.edit(turn.key, text, sentWith);
      asked();
      return true;
    },
    [store, sentWith, editedRef, mayAsk, asked],
  );

  return { again, edit };
}
