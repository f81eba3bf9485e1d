"use client";

import { ArrowUp, Square } from "lucide-react";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { formatNumber } from "../time";
import { Dash } from "../ui/dash";
import { isTouch } from "../ui/keys";
import { sends } from "./composer-keys";
import { readDraft, writeDraft } from "./draft";
import { wantMarkdown } from "./markdown/prose";

const limit = 32_000;

export type ComposerHandle = {
  /** Puts text into an empty composer, or adds it to what stands there. */
  readonly fill: (text: string, replace?: boolean) => void;
  readonly focus: () => void;
  /** The question is with the server; its draft may go. */
  readonly forget: (text: string) => void;
};

type ComposerProps = {
  readonly sessionId: string | null;
  readonly placeholder: string;
  readonly isBusy: boolean;
  readonly isStopping: boolean;
  readonly canSend: boolean;
  readonly handle: RefObject<ComposerHandle | null>;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
  /** Stands above the text: what waits, what failed. */
  readonly line?: ReactNode;
};

export function Composer(props: ComposerProps) {
  const { sessionId, placeholder, isBusy, isStopping, canSend, handle, onSend, onStop, line } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const session = useRef(sessionId);
  const [length, setLength] = useState(0);
  const isReady = length > 0 && length <= limit && canSend;

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

  useLayoutEffect(() => {
    handle.current = {
      focus: () => field.current?.focus(),
      fill(text, replace = false) {
        const element = field.current;
        if (!element) return;
        put(element, replace || element.value.trim() === "" ? text : `${text}\n\n${element.value}`);
        changed();
        element.focus();
        element.setSelectionRange(element.value.length, element.value.length);
      },
      forget(text) {
        if (readDraft(null).trim() === text) writeDraft(null, "");
        if (readDraft(session.current).trim() === text) writeDraft(session.current, "");
      },
    };
  });

  function changed() {
    const element = field.current;
    if (!element) return;
    grow(element);
    setLength(element.value.trim().length);
    writeDraft(session.current, element.value);
    wantMarkdown();
  }

  function send() {
    const element = field.current;
    const text = element?.value.trim() ?? "";
    if (!element || text === "" || !isReady || isBusy) return;
    put(element, "");
    setLength(0);
    onSend(text);
    element.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, keyCode, shiftKey } = event;
    const isComposing = event.nativeEvent.isComposing;
    if (!sends({ key, keyCode, shiftKey, isComposing, isTouch: isTouch() })) return;
    event.preventDefault();
    send();
  }

  const nearLimit = length >= limit * 0.9;
  return (
    <div className="composer">
      <form
        className="composer-box measure"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <hr className="composer-rule" />
        {line}
        <Dash />
        <textarea
          ref={field}
          data-composer
          className="composer-text"
          data-long={length > 120 || undefined}
          aria-label="Message"
          placeholder={placeholder}
          rows={1}
          dir="auto"
          enterKeyHint="enter"
          autoComplete="off"
          spellCheck
          onInput={changed}
          onKeyDown={onKeyDown}
        />
        <div className="composer-bar">
          {nearLimit && (
            <span className="composer-hint" data-kind={length > limit ? "error" : undefined} role="status">
              {formatNumber(length)} of {formatNumber(limit)} characters
            </span>
          )}
          <SendButton isBusy={isBusy} isStopping={isStopping} isReady={isReady} onSend={send} onStop={onStop} />
        </div>
      </form>
    </div>
  );
}

function SendButton({
  isBusy,
  isStopping,
  isReady,
  onSend,
  onStop,
}: {
  isBusy: boolean;
  isStopping: boolean;
  isReady: boolean;
  onSend: () => void;
  onStop: () => void;
}) {
  if (isBusy) {
    return (
      <button
        type="button"
        className="button composer-send"
        data-stop
        data-key="Esc"
        aria-disabled={isStopping}
        onClick={() => !isStopping && onStop()}
      >
        <Square size={16} strokeWidth={1.6} aria-hidden="true" />
        <span className="composer-word">Stop</span>
      </button>
    );
  }
  return (
    <button
      type="button"
      className="button composer-send"
      data-key="↵"
      data-kind={isReady ? "primary" : undefined}
      aria-disabled={!isReady}
      onClick={onSend}
    >
      <ArrowUp size={20} strokeWidth={1.6} aria-hidden="true" />
      <span className="composer-word">Send</span>
    </button>
  );
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
