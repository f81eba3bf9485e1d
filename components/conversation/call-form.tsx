"use client";

import { type FormEvent, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { isCommand } from "../ui/keys";
import { AnswerText } from "./answer-text";
import { type AnswerKind, answerOf, type CallAnswer, readAnswer } from "./call-answer";
import { fieldDraft, textDraft } from "./call-drafts";
import { readDraft, writeDraft } from "./draft";
import { type ResultField, readFields } from "./result-fields";
import { nameOfField, ResultFields } from "./result-fields-view";
import { useResultFields } from "./use-result-fields";

type CallFormProps = {
  readonly callId: string;
  /** The name of the function that was called. */
  readonly name: string;
  /** Whose function it is; null: nobody knows. */
  readonly agentId: string | null;
  /** What the person has given, as long as other calls of the turn wait for theirs. */
  readonly given: CallAnswer | null;
  /** So many other calls wait besides. */
  readonly others: number;
  readonly onGive: (answer: CallAnswer | null) => void;
};

type Kind = "fields" | AnswerKind;
const KINDS: readonly (readonly [Kind, string])[] = [
  ["fields", "Fields"],
  ["text", "Text"],
  ["json", "JSON"],
];
const RIGHT: ReadonlyMap<number, string> = new Map();

/** Asks the person for the result of a call that nobody runs. What is written stays on the device until it is sent. */
export default function CallForm({ given, ...props }: CallFormProps) {
  if (given === null) return <OpenForm {...props} />;
  return (
    <p className="call-form-given">
      Kept, and sent with the {props.others === 1 ? "other answer" : "other answers"}.
      <button type="button" className="small-action" onClick={() => props.onGive(null)}>
        Change it
      </button>
    </p>
  );
}

function OpenForm({ callId, name, agentId, others, onGive }: Omit<CallFormProps, "given">) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const fields = useResultFields(callId, name, agentId);
  const [chosen, setChosen] = useState<Kind | null>(null);
  const [guessed, setGuessed] = useState<AnswerKind>("text");
  const [isError, setIsError] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [wrong, setWrong] = useState(RIGHT);
  // What went wrong is said in words.
  const hasFields = fields != null && !isError;
  const [hasWords, setHasWords] = useState(false);
  const first = hasFields && !hasWords ? "fields" : guessed;
  const kind = chosen === "fields" && !hasFields ? "text" : (chosen ?? first);
  const draft = textDraft(callId);

  // Who came here by a key before the fields were known is in the first of them.
  const isKnown = fields !== undefined;
  useEffect(() => {
    if (isKnown && form.current !== null && document.activeElement === form.current) focusFirst(form.current);
  }, [isKnown]);

  function give(event: FormEvent) {
    event.preventDefault();
    if (form.current === null || fields === undefined) return;
    const read = kind === "fields" && fields ? answerIn(form.current, fields) : answerText(form.current, kind, isError);
    setFault("fault" in read ? read.fault : null);
    setWrong("faults" in read ? read.faults : RIGHT);
    if (!("answer" in read)) {
      const [first] = "faults" in read ? read.faults.keys() : [];
      return focusOn(form.current, first === undefined ? "answer" : nameOfField(first));
    }
    onGive(read.answer);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || !isCommand(event.nativeEvent) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    form.current?.requestSubmit();
  }

  function onInput() {
    setFault(null);
    if (form.current && kind === "fields" && fields) {
      writeDraft(fieldDraft(callId), JSON.stringify(textsIn(form.current, fields)));
    }
  }

  return (
    <form
      ref={form}
      className="call-form"
      data-waiting-call
      tabIndex={-1}
      onFocus={(event) => event.target === event.currentTarget && focusFirst(event.currentTarget)}
      onSubmit={give}
      onKeyDown={onKeyDown}
      onInput={onInput}
    >
      <FormHead id={id} name={name} kind={kind} hasFields={hasFields} onKind={setChosen} />
      {fields === undefined && <p className="field-note">Reading what it is to give</p>}
      {kind === "fields" && fields && <KeptFields id={id} callId={callId} fields={fields} faults={wrong} />}
      {kind !== "fields" && fields !== undefined && (
        <AnswerText
          id={id}
          draft={draft}
          kind={kind}
          isWrong={fault !== null}
          onGuess={setGuessed}
          onWords={setHasWords}
        />
      )}
      <p id={`${id}-note`} className={fault ? "field-error" : "field-note"} role={fault ? "alert" : undefined}>
        {fault ?? noteOf(others)}
      </p>
      <FormActions others={others} isError={isError} onError={setIsError} />
    </form>
  );
}

type FormActionsProps = {
  readonly others: number;
  readonly isError: boolean;
  readonly onError: (isError: boolean) => void;
};

function FormActions({ others, isError, onError }: FormActionsProps) {
  return (
    <div className="call-form-actions">
      <button type="submit" className="button" data-kind="primary">
        {others > 0 ? "Keep answer" : "Send answer"}
      </button>
      <label className="call-form-failed">
        <input type="checkbox" checked={isError} onChange={(event) => onError(event.currentTarget.checked)} />
        It failed
      </label>
    </div>
  );
}

type FormHeadProps = {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly hasFields: boolean;
  readonly onKind: (kind: Kind) => void;
};

/** What is asked, and the ways to answer it. */
function FormHead({ id, name, kind, hasFields, onKind }: FormHeadProps) {
  return (
    <div className="call-form-head">
      <label id={`${id}-label`} htmlFor={kind === "fields" ? undefined : id}>
        What does {name} give?
      </label>
      <fieldset className="result-tabs">
        <legend className="sr-only">The answer is</legend>
        {KINDS.filter(([one]) => one !== "fields" || hasFields).map(([one, label]) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => onKind(one)}>
            {label}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

type KeptFieldsProps = {
  readonly id: string;
  readonly callId: string;
  readonly fields: readonly ResultField[];
  readonly faults: ReadonlyMap<number, string>;
};

/** The fields, with what was written in them before. */
function KeptFields({ id, callId, fields, faults }: KeptFieldsProps) {
  const texts = useMemo(() => keptTexts(callId) ?? fields.map(({ first }) => first), [callId, fields]);
  return <ResultFields id={id} fields={fields} texts={texts} faults={faults} />;
}

function keptTexts(callId: string): readonly string[] | null {
  try {
    const kept: unknown = JSON.parse(readDraft(fieldDraft(callId)) || "null");
    return Array.isArray(kept) && kept.every((text) => typeof text === "string") ? kept : null;
  } catch {
    return null;
  }
}

/** What stands in the fields of a form, in their order. */
function textsIn(form: HTMLFormElement, fields: readonly ResultField[]): readonly string[] {
  const data = new FormData(form);
  return fields.map((_, n) => String(data.get(nameOfField(n)) ?? ""));
}

function answerIn(form: HTMLFormElement, fields: readonly ResultField[]) {
  const read = readFields(fields, textsIn(form, fields));
  return "value" in read ? answerOf(read.value, false) : read;
}

const answerText = (form: HTMLFormElement, kind: Kind, isError: boolean) =>
  readAnswer(String(new FormData(form).get("answer") ?? ""), kind === "json" ? "json" : "text", isError);

/** Goes to the first field that is answered in, where there is one yet. */
function focusFirst(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>(".call-form-text, .call-fields :is(textarea, select, input)")?.focus();
}

function focusOn(form: HTMLFormElement, name: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLElement) field.focus();
}

function noteOf(others: number): string {
  if (others === 0) return "Nobody runs this function but you: the answer goes on with what you write.";
  return `It is sent together with ${others === 1 ? "the answer to the other call" : `the answers to ${others} other calls`}.`;
}
