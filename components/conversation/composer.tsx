"use client";

import { ArrowUp, Square } from "lucide";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useState,
} from "react";
import { useShell } from "../frame/shell";
import { ArrivingDocuments } from "../knowledge/arriving-documents";
import type { SessionDocuments } from "../knowledge/use-session-documents";
import { formatNumber } from "../numbers";
import { Dash } from "../ui/dash";
import { Icon } from "../ui/icon";
import { isCommand, isTouch } from "../ui/keys";
import { AttachButton } from "./attachments/attach-button";
import type { AttachedFile, Attachment } from "./attachments/attachment";
import { Chips } from "./attachments/chips";
import { DropZone } from "./attachments/drop-zone";
import { useAttachments } from "./attachments/use-attachments";
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
  readonly onSend: (text: string, files: readonly AttachedFile[]) => void;
  readonly onStop: () => void;
  /** Stands above the text: what waits, what failed. */
  readonly line?: ReactNode;
  /** Stands beside Send: who is to answer. */
  readonly choice?: ReactNode;
  /** Whether who is to answer sees images; null: nobody knows. */
  readonly seesImages?: boolean | null;
  readonly documents: SessionDocuments;
};

export function Composer(props: ComposerProps) {
  const { sessionId, placeholder, isBusy, isStopping, canSend, isHolding, handle, onSend, onStop, documents } = props;
  const { files: limits } = useShell();
  const { field, length, changed, empty, fill, takeOut, forget } = useDraftField(sessionId);
  const attachments = useAttachments(sessionId, limits);
  const hasFailed = attachments.list.some(({ progress }) => progress.kind === "failed");
  const isHeld = attachments.isPending || documents.isArriving;
  const isReady = (length > 0 || attachments.list.length > 0) && length <= limit && canSend && !hasFailed;

  function send() {
    if (!field.current || !isReady || isHeld) return;
    const text = field.current.value.trim();
    documents.store.settle();
    empty();
    onSend(text, attachments.take());
    field.current.focus();
  }
  const waiting = useWaitingSend(isHeld, isReady, send);

  useComposerHandle(handle, { field, length, fill, takeOut, forget, attachments, press: waiting.press });

  /** What models cannot take whole becomes a document; the rest goes with the question. */
  function add(files: readonly File[]) {
    const attached = documents.take(files);
    if (attached.length > 0) attachments.add(attached);
  }

  return (
    <div className="composer">
      <form
        className="composer-box measure"
        onSubmit={(event) => {
          event.preventDefault();
          waiting.press();
        }}
      >
        <hr className="composer-rule" />
        {props.line}
        <Chips
          attachments={attachments}
          limits={limits}
          note={waiting.words ?? blindness(attachments.list, props.seesImages)}
        />
        <ArrivingDocuments documents={documents} isWaiting={waiting.words !== null && documents.isArriving} />
        <Dash />
        <ComposerText
          field={field}
          length={length}
          placeholder={placeholder}
          onInput={changed}
          onSend={waiting.press}
          onFiles={add}
        />
        <div className="composer-bar">
          <AttachButton onFiles={add} />
          {props.choice}
          <Limit length={length} />
          <SendButtons
            isBusy={isBusy}
            isStopping={isStopping}
            isReady={isReady}
            word={isHolding ? "Queue" : "Send"}
            onSend={waiting.press}
            onStop={onStop}
          />
        </div>
      </form>
      <DropZone onFiles={add} />
    </div>
  );
}

type Held = Pick<ReturnType<typeof useDraftField>, "field" | "length" | "fill" | "takeOut" | "forget"> & {
  readonly attachments: ReturnType<typeof useAttachments>;
  readonly press: () => void;
};

/** What others may do with the composer. */
function useComposerHandle(
  handle: RefObject<ComposerHandle | null>,
  { field, length, fill, takeOut, forget, attachments, press }: Held,
): void {
  useImperativeHandle(handle, () => ({
    focus: () => field.current?.focus(),
    fill,
    attach: attachments.put,
    takeOut(text, files) {
      takeOut(text);
      attachments.drop(files.map(({ id }) => id));
    },
    isEmpty: () => length === 0 && attachments.list.length === 0,
    send: press,
    forget(text) {
      forget(text);
      attachments.forget();
    },
  }));
}

type ComposerTextProps = {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly length: number;
  readonly placeholder: string;
  readonly onInput: () => void;
  readonly onSend: () => void;
  readonly onFiles: (files: readonly File[]) => void;
};

function ComposerText({ field, length, placeholder, onInput, onSend, onFiles }: ComposerTextProps) {
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, keyCode, shiftKey } = event;
    const isComposing = event.nativeEvent.isComposing;
    if (key.toLowerCase() === "u" && !shiftKey && !event.altKey && isCommand(event.nativeEvent)) {
      event.preventDefault();
      return event.currentTarget.form?.querySelector<HTMLInputElement>("input[type=file]")?.click();
    }
    if (!sends({ key, keyCode, shiftKey, isComposing, isTouch: isTouch() })) return;
    event.preventDefault();
    onSend();
  }

  return (
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
      onInput={onInput}
      onKeyDown={onKeyDown}
      onPaste={(event) => {
        const pasted = pastedFiles(event.clipboardData);
        if (pasted.length === 0) return;
        event.preventDefault();
        onFiles(pasted);
      }}
    />
  );
}

/** How near a text is to the most that is sent, where it is near. */
function Limit({ length }: { readonly length: number }) {
  const isNear = length >= limit * 0.9;
  return (
    <>
      {isNear && (
        <span className="composer-hint" data-kind={length > limit ? "error" : undefined}>
          {formatNumber(length)} of {formatNumber(limit)} characters
        </span>
      )}
      {/* Said once, and not with each key. */}
      <span className="sr-only" role="status">
        {isNear && `${length > limit ? "Over" : "Near"} the limit of ${formatNumber(limit)} characters`}
      </span>
    </>
  );
}

/** Sends at once, or as soon as nothing holds it; pressed again before that, it does not. */
function useWaitingSend(isHeld: boolean, isReady: boolean, send: () => void) {
  const [isWaiting, setIsWaiting] = useState(false);
  const sendNow = useEffectEvent(send);

  useEffect(() => {
    if (!isWaiting || isHeld) return;
    setIsWaiting(false);
    if (isReady) sendNow();
  }, [isWaiting, isHeld, isReady]);

  return {
    press: () => (isHeld && isReady ? setIsWaiting(!isWaiting) : send()),
    words: isWaiting ? "It goes when the files are there. Press again to hold it back." : null,
  };
}

/** What is to be known before images go to a model that cannot see them; null: nothing. */
const blindness = (list: readonly Attachment[], seesImages: boolean | null | undefined): string | null =>
  seesImages === false && list.some(({ preview }) => preview !== null)
    ? "This model cannot see images: it is told their names alone."
    : null;

/** The files of a clipboard. Words that come with a picture of themselves, as office programs copy them, are words. */
const pastedFiles = (clipboard: DataTransfer): readonly File[] =>
  clipboard.types.includes("text/plain") ? [] : [...clipboard.files];

type SendButtonsProps = {
  readonly isBusy: boolean;
  readonly isStopping: boolean;
  readonly isReady: boolean;
  readonly word: string;
  readonly onSend: () => void;
  readonly onStop: () => void;
};

/** Send; while an answer is given Stop, and beside it Queue once there is something to send. */
function SendButtons({ isBusy, isStopping, isReady, word, onSend, onStop }: SendButtonsProps) {
  if (isBusy) {
    return (
      <>
        {isReady && (
          <button type="button" className="button composer-queue" onClick={onSend}>
            Queue
          </button>
        )}
        <button
          type="button"
          className="button composer-send"
          data-stop
          data-key="Esc"
          aria-disabled={isStopping}
          onClick={() => !isStopping && onStop()}
        >
          <Icon of={Square} size={16} />
          <span className="composer-word">Stop</span>
        </button>
      </>
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
      <Icon of={ArrowUp} size={20} />
      <span className="composer-word">{word}</span>
    </button>
  );
}
