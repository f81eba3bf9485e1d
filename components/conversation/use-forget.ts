"use client";

import { type RefObject, useCallback } from "react";
import { forgetDraft } from "./attachments/draft-files";
import { forgetCall } from "./call-drafts";
import type { CallResult, PageTold, SentWith } from "./conversation-ports";
import type { ConversationStore } from "./conversation-store";
import { writeDraft } from "./draft";
import type { Edited } from "./use-ask-anew";
import type { ComposerHandle } from "./use-draft-field";

/**
 * What lets go of the draft of what the server has, be it in the composer, in its turn, or in the forms of the calls
 * that it answers.
 */
export function useForget(
  composer: RefObject<ComposerHandle | null>,
  editedRef: RefObject<Edited | null>,
  answeredRef: RefObject<readonly string[]>,
): PageTold["accepted"] {
  return useCallback(
    (text, sessionId, files) => {
      if (composer.current) composer.current.forget(text);
      // The page was left before: what it had written is on the device, under the session or as that of a new one.
      else for (const id of [sessionId, null]) forgetDraft(id, text, files);
      if (editedRef.current?.text === text) writeDraft(editedRef.current.draft, "");
      for (const id of answeredRef.current) forgetCall(id);
      answeredRef.current = [];
    },
    [composer, editedRef, answeredRef],
  );
}

/** Answers the calls that wait; `answered` gets their ids. The same function as long as the same is sent with them. */
export function useAnswer(store: ConversationStore, sentWith: SentWith, answeredRef: RefObject<readonly string[]>) {
  return useCallback(
    (results: readonly CallResult[]) => {
      answeredRef.current = results.map(({ call_id }) => call_id);
      store.answerCalls(results, sentWith);
    },
    [store, sentWith, answeredRef],
  );
}
