"use client";

import { useLayoutEffect, useRef } from "react";
import { addressOf } from "../conversation/attachments/attachment";
import { WorkingDash } from "../ui/dash";
import { pageWords } from "./document-words";
import { Marked } from "./marked-text";
import { flowing } from "./page-lines";
import { PagePicture } from "./page-picture";
import type { Passage } from "./requests";
import type { ReadPassage } from "./use-passage";

type BodyProps = { readonly read: ReadPassage; readonly question: string; readonly onAgain: () => void };

export function PassageBody({ read, question, onAgain }: BodyProps) {
  if (read.kind === "reading") {
    return (
      <p className="passage-note" role="status">
        <WorkingDash /> Reading
      </p>
    );
  }
  if (read.kind === "failed") {
    return (
      <p className="passage-note" role="alert">
        {read.isGone ? "The document is not there any more." : read.why}{" "}
        {!read.isGone && (
          <button type="button" className="small-action" onClick={onAgain}>
            Try again
          </button>
        )}
      </p>
    );
  }
  return <PassageText passage={read.passage} question={question} />;
}

/** The passage between the text before and after it, with the picture of its page where there is one. */
function PassageText({ passage, question }: { readonly passage: Passage; readonly question: string }) {
  const { doc, before, after, page_from, page_to, image } = passage;
  const shown = (text: string) => (page_from === null ? text : flowing(text));
  const scroller = useRef<HTMLElement>(null);
  const here = useRef<HTMLDivElement>(null);
  const isCutBefore = (passage.start_char ?? 0) > before.length;
  const isCutAfter = (doc.characters ?? 0) > (passage.end_char ?? 0) + after.length;

  useLayoutEffect(() => {
    const [box, piece] = [scroller.current, here.current];
    if (!box || !piece) return;
    const start = piece.offsetTop - box.offsetTop - 48;
    const mark = piece.querySelector("mark");
    const word = mark ? mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop : start;
    // From its beginning, where the first word that was asked for is seen too.
    const isSeen = word - start < box.clientHeight - 60;
    box.scrollTop = isSeen ? start : word - box.clientHeight / 2;
  }, []);

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <section ref={scroller} className="passage-text" aria-label="Text" tabIndex={0}>
        {before !== "" && (
          <p className="passage-around" dir="auto">
            {isCutBefore && "…"}
            {shown(before)}
          </p>
        )}
        <div ref={here} className="passage-here" dir="auto">
          <Marked text={shown(passage.text)} question={question} />
        </div>
        {after !== "" && (
          <p className="passage-around" dir="auto">
            {shown(after)}
            {isCutAfter && "…"}
          </p>
        )}
      </section>
      {image && <PagePicture url={image.url} words={pageWords(page_from, page_to) ?? "The page"} />}
      {doc.file_id !== null && (
        <footer className="passage-foot">
          <a className="text-link" href={addressOf(doc.file_id)} download={doc.title} rel="noreferrer">
            Save the document
          </a>
        </footer>
      )}
    </>
  );
}
