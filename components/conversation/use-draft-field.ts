"use client";

import { type RefObject, useEffect, useRef, useState } from "react";
import { isTouch } from "../ui/keys";
import type { AttachedFile } from "./attachments/attachment";
import { readDraft, writeDraft } from "./draft";
import { wantDrawing } from "./turn-drawing";
import type { Question } from "./turn-state";

export type ComposerHandle = {
  /** Puts text into an empty composer, or adds it to what stands there. */
  readonly fill: (text: string, replace?: boolean) => void;
  readonly focus: () => void;
  /** The question is with the server; its draft may go. */
  readonly forget: (text: string) => void;
  /** Puts files back that were sent and refused. */
  readonly attach: (files: readonly AttachedFile[]) => void;
  /** Takes out again what was put back, where it stands there as it was. */
  readonly takeOut: (text: string, files: Question["files"]) => void;
  readonly isEmpty: () => boolean;
  /** As a press of Send does. */
  readonly send: () => void;
};

type DraftField = {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** In characters, without white space around the text. */
  readonly length: number;
  /** To be called after each change by the writer. */
  readonly changed: () => void;
  /** Takes the text out of the field; its draft stays until `forget`. */
  readonly empty: () => void;
  readonly fill: ComposerHandle["fill"];
  /** Takes a text out, where it stands there alone. */
  readonly takeOut: (text: string) => void;
  readonly forget: ComposerHandle["forget"];
};

/** The text of a composer: the draft of its session, and kept while it is written. */
export function useDraftField(sessionId: string | null): DraftField {
  const field = useRef<HTMLTextAreaElement>(null);
  const session = useRef(sessionId);
  const [length, setLength] = useState(0);

  useEffect(() => {
    const from = session.current;
    session.current = sessionId;
    const element = field.current;
    // A session that came to be under this composer takes the draft with it.
    if (!element) return;
    if (from === null && sessionId !== null) {
      writeDraft(sessionId, readDraft(null));
      return writeDraft(null, "");
    }
    const draft = readDraft(sessionId);
    if (element.value === "" && draft !== "") put(element, draft);
    setLength(element.value.trim().length);
    if (!isTouch() && document.activeElement === document.body) element.focus({ preventScroll: true });
  }, [sessionId]);

  function changed() {
    const element = field.current;
    if (!element) return;
    grow(element);
    setLength(element.value.trim().length);
    writeDraft(session.current, element.value);
    void wantDrawing();
  }

  function fill(text: string, replace = false) {
    const element = field.current;
    if (!element) return;
    put(element, replace || element.value.trim() === "" ? text : `${text}\n\n${element.value}`);
    changed();
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }

  function takeOut(text: string) {
    const element = field.current;
    if (element?.value.trim() !== text.trim()) return;
    put(element, "");
    changed();
  }

  function forget(text: string) {
    if (readDraft(null).trim() === text) writeDraft(null, "");
    if (readDraft(session.current).trim() === text) writeDraft(session.current, "");
  }

  function empty() {
    if (field.current) put(field.current, "");
    setLength(0);
  }

  return { field, length, changed, empty, fill, takeOut, forget };
}

function put(element: HTMLTextAreaElement, text: string): void {
  element.value = text;
  grow(element);
}

/** For browsers whose fields do not grow by themselves. */
function grow(element: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  element.style.blockSize = "auto";
  element.style.blockSize = `${element.scrollHeight}px`;
}
