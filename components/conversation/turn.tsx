"use client";

import { memo, useId, useRef } from "react";
import { WorkingDash } from "../ui/dash";
import { Foot } from "./foot";
import { Ledger } from "./ledger";
import { Prose } from "./markdown/prose";
import { Question } from "./question";
import { endingOf, segmentsOf } from "./segments";
import { Broke, Cut, cutOf, Stopped } from "./turn-end";
import type { Turn } from "./turns-in";

type TurnProps = {
  readonly turn: Turn;
  readonly isLast: boolean;
  /** Its answer is being given. */
  readonly isGoing: boolean;
  readonly onAgain: (turn: Turn) => void;
  /** Asks for the rest of an answer that was cut. */
  readonly onContinue: () => void;
};

/** A question and its answer. Drawn anew only when the turn itself is another, or its place. */
export const TurnArticle = memo(function TurnArticle({ turn, isLast, isGoing, onAgain, onContinue }: TurnProps) {
  const label = useId();
  const article = useRef<HTMLElement>(null);
  const ending = endingOf(turn, isGoing, isLast);
  const segments = segmentsOf(turn.blocks);
  const cut = cutOf(turn);
  const onRetry = isLast && turn.question ? () => onAgain(turn) : null;
  return (
    <article
      ref={article}
      className="turn"
      data-turn={turn.key}
      aria-labelledby={turn.question ? label : undefined}
      aria-label={turn.question ? undefined : "Answer"}
      data-last={isLast || undefined}
      data-ending={ending}
      tabIndex={-1}
    >
      {turn.question && <Question id={label} text={turn.question.text} />}
      <div className="answer">
        <span className="sr-only">Answer</span>
        {segments.map((segment, index) =>
          segment.kind === "ledger" ? (
            <Ledger key={segment.key} items={segment.items} isOver={!isGoing} wasStopped={ending === "stopped"} />
          ) : (
            <Prose
              key={segment.key}
              text={segment.text}
              isStreaming={isGoing && segment.isOpen && index === segments.length - 1}
            />
          ),
        )}
        {isGoing && segments.length === 0 && (
          <p className="answer-wait">
            <WorkingDash />
          </p>
        )}
        {cut !== null && !isGoing && <Cut why={cut} onContinue={isLast ? onContinue : null} />}
        {ending === "stopped" && <Stopped turn={turn} />}
        {ending === "broke" && <Broke turn={turn} onRetry={onRetry} />}
        <Foot
          turn={turn}
          isWaiting={ending === "going"}
          onRetry={onRetry}
          prose={() => [...(article.current?.querySelectorAll("[data-prose] > div") ?? [])]}
        />
      </div>
    </article>
  );
});
