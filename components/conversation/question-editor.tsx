"use client";

import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { isTouch } from "../ui/keys";
import { sends } from "./composer-keys";
import { editDraft, readDraft, writeDraft } from "./draft";

type QuestionEditorProps = {
  readonly questionId: string;
  readonly text: string;
  /** Gives whether the text was taken; else it stays in the field. */
  readonly onSend: (text: string) => boolean;
  readonly onClose: () => void;
};

/** A question as it is written anew, in its place. What was typed stays on this device until it is sent. */
export default function QuestionEditor({ questionId, text, onSend, onClose }: QuestionEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const key = editDraft(questionId);
  const [begun] = useState(() => readDraft(key) || text);
  const [isEmpty, setIsEmpty] = useState(begun.trim() === "");

  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(begun.length, begun.length);
    field.current?.scrollIntoView({ block: "nearest" });
  }, [begun]);

  function close() {
    // The focus stays in the conversation, where keys mean something.
    field.current?.closest<HTMLElement>(".turn")?.focus({ preventScroll: true });
    onClose();
  }

  function send() {
    const written = field.current?.value.trim() ?? "";
    if (written !== "" && onSend(written)) close();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key: pressed, keyCode, shiftKey } = event;
    const isComposing = event.nativeEvent.isComposing;
    if (pressed === "Escape" && !isComposing) {
      event.preventDefault();
      close();
    } else if (sends({ key: pressed, keyCode, shiftKey, isComposing, isTouch: isTouch() })) {
      event.preventDefault();
      send();
    }
  }

  return (
    <form
      className="question-editor"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        className="question-text question-field"
        data-long={begun.length > 280 || undefined}
        aria-label="Edit the question"
        defaultValue={begun}
        rows={Math.min(12, begun.split("\n").length)}
        maxLength={32_000}
        dir="auto"
        enterKeyHint="enter"
        autoComplete="off"
        spellCheck
        onInput={({ currentTarget: { value } }) => {
          setIsEmpty(value.trim() === "");
          writeDraft(key, value === text ? "" : value);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="question-editor-bar">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isEmpty}>
          Send
        </button>
        <button type="button" className="button" data-kind="quiet" onClick={close}>
          Cancel
        </button>
        <span className="question-editor-note">What stands here now is kept beside it.</span>
      </div>
    </form>
  );
}
