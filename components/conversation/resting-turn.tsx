"use client";

import { type RefObject, useCallback, useState } from "react";
import { shapeOfQuestion } from "./question";
import { markdownOf } from "./segments";
import type { Turn } from "./turns-in";
import { useNear } from "./use-near";

/** Whether a turn is drawn whole: from the start, or from when it comes near what is seen. It stays so. */
export function useWhole(article: RefObject<HTMLElement | null>, isWanted: boolean): boolean {
  const [isWhole, setWhole] = useState(isWanted);
  if (isWanted && !isWhole) setWhole(true);
  const draw = useCallback(() => setWhole(true), []);
  useNear(article, { isWaiting: !isWhole }, draw);
  return isWhole;
}

/** The words of a question and its answer, as they were written: what a turn is while nobody is near it. */
export function RestingTurn({ id, turn }: { readonly id: string; readonly turn: Turn }) {
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
        <p className="prose prose-plain" dir="auto">
          {markdownOf(turn.blocks)}
        </p>
      </div>
    </>
  );
}
