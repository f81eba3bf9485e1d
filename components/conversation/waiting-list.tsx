"use client";

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Dash } from "../ui/dash";
import { isTouch } from "../ui/keys";
import { refocus } from "../ui/refocus";
import { QuestionFiles } from "./attachments/question-files";
import { sends } from "./composer-keys";
import type { Reason, Waiting } from "./queue";
import { asksPerson, wordsOf } from "./queue-words";

type WaitingListProps = {
  readonly items: readonly Waiting[];
  /** What the first waits for; null: it is being sent. */
  readonly reason: Reason | null;
  /** Why the last one was not taken, in the server's words. */
  readonly why: string | null;
  readonly onChange: (id: string, text: string) => void;
  readonly onTakeBack: (id: string) => void;
  /** The person wants the first to be sent in spite of the reason. */
  readonly onSendAnyway: () => void;
  /** One of them is being changed: nothing is sent meanwhile. */
  readonly onEditing: (isEditing: boolean) => void;
};

const NO_FILES = [] as const;

/** The messages that wait to be sent, where they will stand. */
export default function WaitingList({ items, reason, why, onEditing, onChange, ...acts }: WaitingListProps) {
  const [editing, setEditing] = useState<string | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const isEditing = items.some(({ id }) => id === editing);
  useEffect(() => {
    onEditing(isEditing);
    return () => onEditing(false);
  }, [isEditing, onEditing]);
  return (
    <ol ref={list} className="waiting-list" aria-label="Waiting to be sent">
      {items.map((item, index) => {
        const words = index === 0 ? wordsOf(reason ?? "answer") : "Waits for the message before it";
        return (
          <li key={item.id} className="turn waiting-message">
            <div className="question">
              <Dash />
              {editing === item.id ? (
                <EditField
                  text={item.text}
                  onDone={(text) => {
                    if (text !== null) onChange(item.id, text);
                    setEditing(null);
                    refocus(() => list.current?.querySelector<HTMLElement>(`[data-edits="${CSS.escape(item.id)}"]`));
                  }}
                />
              ) : (
                item.text !== "" && (
                  <p className="question-text" dir="auto" data-long={item.text.length > 280 || undefined}>
                    {item.text}
                  </p>
                )
              )}
              <QuestionFiles files={item.files ?? NO_FILES} />
            </div>
            <p className="waiting-words">
              <span>{index === 0 && reason === "refused" && why ? `${words}: ${why}` : words}</span>
              {index === 0 && asksPerson(reason) && (
                <button type="button" className="small-action" onClick={acts.onSendAnyway}>
                  {reason === "refused" ? "Try again" : "Send anyway"}
                </button>
              )}
              {editing === item.id ? (
                // To press it is to leave the field, which takes the text over.
                <button key="done" type="button" className="small-action">
                  Done
                </button>
              ) : (
                <button
                  key="edit"
                  type="button"
                  className="small-action"
                  data-edits={item.id}
                  onClick={() => setEditing(item.id)}
                >
                  Edit
                </button>
              )}
              <button type="button" className="small-action" onClick={() => acts.onTakeBack(item.id)}>
                Take back
              </button>
            </p>
          </li>
        );
      })}
    </ol>
  );
}

/** The text of a message as it is changed; null: it stays. */
function EditField({ text, onDone }: { text: string; onDone: (text: string | null) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);

  function done() {
    const changed = field.current?.value.trim() ?? "";
    onDone(changed === "" ? null : changed);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, keyCode, shiftKey } = event;
    const { isComposing } = event.nativeEvent;
    if (key === "Escape" && !isComposing) {
      event.preventDefault();
      return onDone(null);
    }
    if (!sends({ key, keyCode, shiftKey, isComposing, isTouch: isTouch() })) return;
    event.preventDefault();
    done();
  }

  return (
    <textarea
      ref={field}
      className="question-text waiting-field"
      aria-label="Message that waits"
      defaultValue={text}
      rows={1}
      dir="auto"
      onKeyDown={onKeyDown}
      onBlur={done}
    />
  );
}
