"use client";

import { ArrowUp, Square } from "lucide-react";
import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { formatNumber } from "../time";
import { Dash } from "../ui/dash";
import { isTouch } from "../ui/keys";
import { sends } from "./composer-keys";
import { type ComposerHandle, useDraftField } from "./use-draft-field";

const limit = 32_000;

type ComposerProps = {
  readonly sessionId: string | null;
  readonly placeholder: string;
  readonly isBusy: boolean;
  readonly isStopping: boolean;
  readonly canSend: boolean;
  /** What is sent now waits: for the end of the answer, or for the connection. */
  readonly isHolding: boolean;
  readonly handle: RefObject<ComposerHandle | null>;
  readonly onSend: (text: string) => void;
  readonly onStop: () => void;
  /** Stands above the text: what waits, what failed. */
  readonly line?: ReactNode;
  /** Stands beside Send: who is to answer. */
  readonly choice?: ReactNode;
};

export function Composer(props: ComposerProps) {
  const { sessionId, placeholder, isBusy, isStopping, canSend, isHolding, handle, onSend, onStop, line, choice } =
    props;
  const { field, length, changed, empty } = useDraftField(sessionId, handle);
  const isReady = length > 0 && length <= limit && canSend;

  function send() {
    const element = field.current;
    const text = element?.value.trim() ?? "";
    if (!element || text === "" || !isReady) return;
    empty();
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
          {choice}
          {nearLimit && (
            <span className="composer-hint" data-kind={length > limit ? "error" : undefined} role="status">
              {formatNumber(length)} of {formatNumber(limit)} characters
            </span>
          )}
          {isBusy && isReady && (
            <button type="button" className="button composer-queue" onClick={send}>
              Queue
            </button>
          )}
          <SendButton
            isBusy={isBusy}
            isStopping={isStopping}
            isReady={isReady}
            word={isHolding ? "Queue" : "Send"}
            onSend={send}
            onStop={onStop}
          />
        </div>
      </form>
    </div>
  );
}

function SendButton({
  isBusy,
  isStopping,
  isReady,
  word,
  onSend,
  onStop,
}: {
  isBusy: boolean;
  isStopping: boolean;
  isReady: boolean;
  word: string;
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
      <span className="composer-word">{word}</span>
    </button>
  );
}
