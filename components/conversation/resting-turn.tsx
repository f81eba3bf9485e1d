"use client";

import { shapeOfQuestion } from "./question-shape";
import { markdownOf } from "./segments";
import type { Turn } from "./turns-in";

type RestingTurnProps = {
  /** Of its heading. */
  readonly id: string;
  readonly turn: Turn;
  /** It is to be drawn, and waits for what that is done with. */
  readonly isUnread?: boolean;
};

/** The words of a question and its answer, as they were written: what a turn is while nobody is near it. */
export function RestingTurn({ id, turn, isUnread }: RestingTurnProps) {
  const { question } = turn;
  const { isLong, folds } = shapeOfQuestion(question?.text ?? "");
  return (
    <>
      {question && (
        <h2
          id={id}
          className="question-text"
          dir="auto"
          data-long={isLong || undefined}
          data-folded={folds || undefined}
        >
          {question.text || question.files.map(({ name }) => name).join(", ")}
        </h2>
      )}
      <div className="answer">
        <p className="prose prose-plain" dir="auto" data-unread={isUnread || undefined}>
          {markdownOf(turn.blocks)}
        </p>
      </div>
    </>
  );
}
