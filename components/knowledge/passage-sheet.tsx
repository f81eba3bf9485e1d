"use client";

import { X } from "lucide";
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef } from "react";
import { IconButton } from "../ui/icon-button";
import { pageWords } from "./document-words";
import type { OpenPassage } from "./open-passage";
import { PassageBody } from "./passage-body";
import { usePassage } from "./use-passage";

/** Windows so wide have room for it beside the page. */
const WIDE = "(min-width: 1440px)";

type SheetProps = { readonly passage: OpenPassage; readonly onClose: () => void };

/** A passage in its document: beside the page where there is room, else over it. Escape closes it. */
export default function PassageSheet({ passage, onClose }: SheetProps) {
  const title = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const { read, again } = usePassage(passage.docId, passage.chunkId);
  const known = read.kind === "read" ? read.passage : null;
  const page = known && pageWords(known.page_from, known.page_to);
  const pages = known?.doc.pages ?? null;

  useLayoutEffect(() => {
    sheet.current?.showPopover();
    document.documentElement.dataset.beside = "";
    return () => {
      delete document.documentElement.dataset.beside;
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another passage takes the focus again.
  useLayoutEffect(() => sheet.current?.focus(), [passage]);
  useLeaving(sheet, onClose);

  return (
    <div
      ref={sheet}
      role="dialog"
      aria-labelledby={title}
      popover="manual"
      className="side-sheet passage-sheet"
      tabIndex={-1}
    >
      <header className="passage-head">
        <div>
          <h2 id={title}>
            <bdi>{known?.doc.title ?? passage.title}</bdi>
          </h2>
          <p className="passage-place">
            {page && (
              <span>
                {page[0]?.toUpperCase()}
                {page.slice(1)}
                {pages !== null && ` of ${pages}`}
              </span>
            )}
            {known?.headings.map((heading, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a heading is what stands at its place.
              <bdi key={n}>{heading}</bdi>
            ))}
          </p>
        </div>
        <IconButton icon={X} label="Close" onClick={onClose} />
      </header>
      <PassageBody read={read} question={passage.question} onAgain={again} />
    </div>
  );
}

/** Closes it by Escape, and, where it lies over the page, by a press elsewhere. */
function useLeaving(sheet: React.RefObject<HTMLElement | null>, onClose: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    // What was opened above it closes first, by itself.
    if (document.querySelector("[popover=auto]:popover-open")) return;
    event.preventDefault();
    onClose();
  });
  const onPress = useEffectEvent((event: PointerEvent) => {
    const isInside = event.target instanceof Node && sheet.current?.contains(event.target);
    if (!isInside && !window.matchMedia(WIDE).matches) onClose();
  });
  useEffect(() => {
    const heard = { keydown: (event: KeyboardEvent) => onKey(event), press: (event: PointerEvent) => onPress(event) };
    window.addEventListener("keydown", heard.keydown, true);
    window.addEventListener("pointerdown", heard.press, true);
    return () => {
      window.removeEventListener("keydown", heard.keydown, true);
      window.removeEventListener("pointerdown", heard.press, true);
    };
  }, []);
}
