"use client";

import { useEffect, useRef } from "react";
import { type AnswerKind, looksLikeJson } from "./call-answer";
import { readDraft, writeDraft } from "./draft";

type AnswerTextProps = {
  readonly id: string;
  /** Where it is kept until it is sent. */
  readonly draft: string;
  readonly kind: AnswerKind;
  readonly isWrong: boolean;
  /** Hears how the text looks. */
  readonly onGuess: (kind: AnswerKind) => void;
  /** Hears whether there is any. */
  readonly onWords: (hasWords: boolean) => void;
};

/** The result of a call as a text or as JSON, kept on the device while it is written. */
export function AnswerText({ id, draft, kind, isWrong, onGuess, onWords }: AnswerTextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    if (element?.value !== "") return;
    element.value = readDraft(draft);
    onGuess(looksLikeJson(element.value) ? "json" : "text");
    onWords(element.value !== "");
  }, [draft, onGuess, onWords]);
  return (
    <textarea
      ref={field}
      id={id}
      name="answer"
      className="call-form-text"
      data-kind={kind}
      rows={3}
      dir="auto"
      autoComplete="off"
      spellCheck={kind === "text"}
      aria-invalid={isWrong}
      aria-describedby={`${id}-note`}
      onInput={(event) => {
        const { value } = event.currentTarget;
        writeDraft(draft, value);
        onGuess(looksLikeJson(value) ? "json" : "text");
        onWords(value !== "");
      }}
    />
  );
}
