"use client";

import { Copy } from "lucide-react";
import { useState } from "react";
import { Dash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
import { copyText } from "./copy";

export function Question({ id, text }: { id: string; text: string }) {
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
        {pieces(text)}
      </h2>
      {folds && (
        <button type="button" className="question-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Show all"}
        </button>
      )}
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
