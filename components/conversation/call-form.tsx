"use client";

import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { isCommand } from "../ui/keys";
import { type AnswerKind, type CallAnswer, looksLikeJson, readAnswer } from "./call-answer";
import { readDraft, writeDraft } from "./draft";

type CallFormProps = {
  readonly callId: string;
  /** The name of the function that was called. */
  readonly name: string;
  /** What the person has given, as long as other calls of the turn wait for theirs. */
  readonly given: CallAnswer | null;
  /** So many other calls wait besides. */
  readonly others: number;
  readonly onGive: (answer: CallAnswer | null) => void;
};

const KINDS: readonly (readonly [AnswerKind, string])[] = [
  ["text", "Text"],
  ["json", "JSON"],
];

/** Asks the person for the result of a call that nobody runs. What is written stays on the device until it is sent. */
export function CallForm({ callId, name, given, others, onGive }: CallFormProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [chosen, setChosen] = useState<AnswerKind | null>(null);
  const [guessed, setGuessed] = useState<AnswerKind>("text");
  const kind = chosen ?? guessed;
  const [isError, setIsError] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const draft = `call:${callId}`;

  useEffect(() => {
    const element = field.current;
    if (element?.value !== "") return;
    element.value = readDraft(draft);
    setGuessed(looksLikeJson(element.value) ? "json" : "text");
  }, [draft]);

  function give(event: FormEvent) {
    event.preventDefault();
    const read = readAnswer(field.current?.value ?? "", kind, isError);
    setFault("fault" in read ? read.fault : null);
    if ("fault" in read) return field.current?.focus();
    if (others === 0) writeDraft(draft, "");
    onGive(read.answer);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || !isCommand(event.nativeEvent) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  }

  if (given !== null) {
    return (
      <p className="call-form-given">
        Kept, and sent with the {others === 1 ? "other answer" : "other answers"}.
        <button type="button" className="small-action" onClick={() => onGive(null)}>
          Change it
        </button>
      </p>
    );
  }
  return (
    <form className="call-form" data-waiting-call onSubmit={give}>
      <div className="call-form-head">
        <label htmlFor={id}>What does {name} give?</label>
        <fieldset className="result-tabs">
          <legend className="sr-only">The answer is</legend>
          {KINDS.map(([one, label]) => (
            <button key={one} type="button" aria-pressed={kind === one} onClick={() => setChosen(one)}>
              {label}
            </button>
          ))}
        </fieldset>
      </div>
      <textarea
        ref={field}
        id={id}
        className="call-form-text"
        data-kind={kind}
        rows={3}
        dir="auto"
        autoComplete="off"
        spellCheck={kind === "text"}
        aria-invalid={fault !== null}
        aria-describedby={`${id}-note`}
        onInput={(event) => {
          const { value } = event.currentTarget;
          writeDraft(draft, value);
          setFault(null);
          setGuessed(looksLikeJson(value) ? "json" : "text");
        }}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-note`} className={fault ? "field-error" : "field-note"} role={fault ? "alert" : undefined}>
        {fault ?? noteOf(others)}
      </p>
      <div className="call-form-actions">
        <button type="submit" className="button" data-kind="primary">
          {others > 0 ? "Keep answer" : "Send answer"}
        </button>
        <label className="call-form-failed">
          <input type="checkbox" checked={isError} onChange={(event) => setIsError(event.currentTarget.checked)} />
          It failed
        </label>
      </div>
    </form>
  );
}

function noteOf(others: number): string {
  if (others === 0) return "Nobody runs this function but you: the answer goes on with what you write.";
  return `It is sent together with ${others === 1 ? "the answer to the other call" : `the answers to ${others} other calls`}.`;
}
