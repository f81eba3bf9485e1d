"use client";

import { Paperclip, RotateCcw, X } from "lucide";
import { useRef } from "react";
import { sizeInWords } from "@/lib/domain/file.ts";
import { uploadWords } from "../../knowledge/document-words";
import { Icon } from "../../ui/icon";
import { IconButton } from "../../ui/icon-button";
import { refocus } from "../../ui/refocus";
import type { Attachment } from "./attachment";
import type { Attachments } from "./use-attachments";

/** The files of the composer, each with how far it is. */
export default function ChipList({ attachments }: { readonly attachments: Attachments }) {
  const box = useRef<HTMLUListElement>(null);
  return (
    <ul ref={box} className="chips" aria-label="Attached files">
      {attachments.list.map((one) => (
        <Chip
          key={one.key}
          attachment={one}
          onRemove={() => {
            const form = box.current?.closest("form");
            attachments.remove(one.key);
            // The button goes with its file.
            refocus(() => form?.querySelector<HTMLElement>("textarea"));
          }}
          onAgain={() => attachments.again(one.key)}
        />
      ))}
    </ul>
  );
}

type ChipProps = { readonly attachment: Attachment; readonly onRemove: () => void; readonly onAgain: () => void };

function Chip({ attachment, onRemove, onAgain }: ChipProps) {
  const { name, preview, progress } = attachment;
  const isFailed = progress.kind === "failed";
  const isOnTheWay = progress.kind === "waiting" || progress.kind === "sending";
  return (
    <li className="chip" data-state={progress.kind}>
      {preview === null ? (
        <Icon of={Paperclip} className="chip-icon" size={18} />
      ) : (
        // biome-ignore lint/performance/noImgElement: Next converts no pictures here, and this one is the browser's own.
        <img className="chip-picture" src={preview} alt="" />
      )}
      <span className="chip-words">
        <bdi className="chip-name">{name}</bdi>
        <span className="chip-state">{stateInWords(attachment)}</span>
      </span>
      {isOnTheWay && (
        <progress
          className="chip-progress"
          aria-label={`Sending ${name}`}
          max={1}
          value={progress.kind === "sending" ? progress.share : 0}
        />
      )}
      {isFailed && !progress.isFinal && <IconButton icon={RotateCcw} label={`Try ${name} again`} onClick={onAgain} />}
      <IconButton icon={X} label={isOnTheWay ? `Cancel ${name}` : `Remove ${name}`} onClick={onRemove} />
    </li>
  );
}

const stateInWords = ({ size, progress }: Attachment): string =>
  progress.kind === "done" ? sizeInWords(size) : uploadWords({ size, progress });
