"use client";

import { Copy, Pencil } from "lucide";
import { Suspense, useState } from "react";
import type { Attachment } from "@/lib/dialects/llamacloud/answers.ts";
import { Dash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
import { later } from "../ui/later";
import { QuestionFiles } from "./attachments/question-files";
import { copyText } from "./copy";
import { shapeOfQuestion } from "./question-shape";

const QuestionEditor = later(() => import("./question-editor"));

type QuestionProps = {
  /** Of its heading. */
  readonly id: string;
  readonly questionId: string;
  readonly text: string;
  readonly files: readonly Attachment[];
  /** Asks it in other words; gives whether they were taken. */
  readonly onEdit: (text: string) => boolean;
};

export function Question({ id, questionId, text, files, onEdit }: QuestionProps) {
  const [open, setOpen] = useState(false);
  const [isEditing, setIsEditing] = useState(false);
  const { isLong, folds } = shapeOfQuestion(text);
  if (isEditing) {
    return (
      <div className="question">
        <Dash />
        <h2 id={id} className="sr-only">
          {text || files.map(({ name }) => name).join(", ")}
        </h2>
        <Suspense fallback={<p className="question-text">{text}</p>}>
          <QuestionEditor questionId={questionId} text={text} onSend={onEdit} onClose={() => setIsEditing(false)} />
        </Suspense>
        <QuestionFiles files={files} />
      </div>
    );
  }
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
        <IconButton icon={Pencil} label="Edit the question" data-act="edit" onClick={() => setIsEditing(true)} />
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
