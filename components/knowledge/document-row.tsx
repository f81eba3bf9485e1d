"use client";

import { CircleX, FileText, RotateCcw, X } from "lucide";
import { useState } from "react";
import { addressOf } from "../conversation/attachments/attachment";
import { AskFirst } from "../ui/ask-first";
import { WorkingDash } from "../ui/dash";
import { Icon } from "../ui/icon";
import { IconButton } from "../ui/icon-button";
import { isPending, type KnownDocument, type Upload } from "./document";
import { documentWords, uploadWords } from "./document-words";

type DocumentRowProps = {
  readonly document: KnownDocument;
  /** Ends the reading. */
  readonly onCancel: () => void;
  /** Reads what could not be read. */
  readonly onReadAgain: () => void;
  readonly onRemove: () => void;
};

/** A document with how far it is, or why it cannot be found. It goes after a question. */
export function DocumentRow({ document, onCancel, onReadAgain, onRemove }: DocumentRowProps) {
  const [isAsking, setIsAsking] = useState(false);
  const { title, state, file_id } = document;
  if (isAsking) {
    return (
      <li className="document" data-state={state}>
        <AskFirst label="Remove" onDo={onRemove} onKeep={() => setIsAsking(false)}>
          Remove “<bdi>{title}</bdi>”? Nothing of it is found any more.
        </AskFirst>
      </li>
    );
  }
  const icon = state === "failed" ? CircleX : FileText;
  return (
    <li className="document" data-state={state}>
      <Icon of={icon} className="document-icon" size={16} />
      <span className="document-words">
        {file_id === null ? (
          <bdi className="document-title">{title}</bdi>
        ) : (
          <a className="document-title" href={addressOf(file_id)} download={title} rel="noreferrer" title={title}>
            <bdi>{title}</bdi>
          </a>
        )}
        <span className="document-state">
          {isPending(document) && <WorkingDash />}
          <span dir="auto">{documentWords(document)}</span>
        </span>
      </span>
      {state === "failed" && file_id !== null && (
        <IconButton icon={RotateCcw} label={`Read ${title} again`} onClick={onReadAgain} />
      )}
      {isPending(document) ? (
        <IconButton icon={X} label={`Cancel ${title}`} onClick={onCancel} />
      ) : (
        <IconButton icon={X} label={`Remove ${title}`} onClick={() => setIsAsking(true)} />
      )}
    </li>
  );
}

type UploadRowProps = { readonly upload: Upload; readonly onAgain: () => void; readonly onLeave: () => void };

/** A file on its way to the server. */
export function UploadRow({ upload, onAgain, onLeave }: UploadRowProps) {
  const { name, progress } = upload;
  const isFailed = progress.kind === "failed";
  return (
    <li className="document" data-state={isFailed ? "failed" : "sending"}>
      {isFailed ? (
        <Icon of={CircleX} className="document-icon" size={16} />
      ) : (
        <Icon of={FileText} className="document-icon" size={16} />
      )}
      <span className="document-words">
        <bdi className="document-title" title={name}>
          {name}
        </bdi>
        <span className="document-state">{uploadWords(upload)}</span>
      </span>
      {isFailed && !progress.isFinal && <IconButton icon={RotateCcw} label={`Try ${name} again`} onClick={onAgain} />}
      <IconButton icon={X} label={isFailed ? `Leave out ${name}` : `Cancel ${name}`} onClick={onLeave} />
      {!isFailed && (
        <progress
          className="document-progress"
          aria-label={`Sending ${name}`}
          max={1}
          value={progress.kind === "sending" ? progress.share : 0}
        />
      )}
    </li>
  );
}
