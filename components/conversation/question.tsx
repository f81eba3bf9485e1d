"use client";

import { Copy } from "lucide-react";
import { useState } from "react";
import type { Attachment } from "@/lib/dialects/llamacloud/answers.ts";
import { Dash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
import { QuestionFiles } from "./attachments/question-files";
import { copyText } from "./copy";

type QuestionProps = { readonly id: string; readonly text: string; readonly files: readonly Attachment[] };

export function Question({ id, text, files }: QuestionProps) {
  const [open, setOpen] = useState(false);
  const isLong = text.length > 280;
  // Twelve lines of the small size hold about this many characters.
  const folds = text.split("\n").length > 12 || text.length > 1100;
  return (
    <div className="question">
      <Dash />
      <span className="sr-only">Question</span>
      <h2
        id={id}
        className="question-text"
        dir="auto"
        data-long={isLong || undefined}
        data-folded={(folds && !open) || undefined}
      >
        {text === "" ? <span className="sr-only">{files.map(({ name }) => name).join(", ")}</span> : pieces(text)}
      </h2>
      {folds && (
        <button type="button" className="question-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Show all"}
        </button>
      )}
      <QuestionFiles files={files} />
      <div className="question-actions">
        <IconButton icon={Copy} label="Copy the question" onClick={() => copyText(text)} />
      </div>
    </div>
  );
}

/** The words as they were typed; fenced code keeps its face. */
function pieces(text: string) {
  return text.split(/(^```[^\n]*\n[\s\S]*?^```[ \t]*$)/m).map((piece, index) => {
    const code = /^```[^\n]*\n([\s\S]*?)\n?```[ \t]*$/.exec(piece)?.[1];
    const key = `${index}`;
    return code === undefined ? (
      <span key={key}>{piece}</span>
    ) : (
      <code key={key} className="block overflow-x-auto whitespace-pre text-[13.5px] leading-[1.65]" dir="ltr">
        {code}
      </code>
    );
  });
}
