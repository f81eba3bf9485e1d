"use client";

import { memo, useId, useRef } from "react";
import { WorkingDash } from "../ui/dash";
import { Foot } from "./foot";
import { Ledger } from "./ledger";
import { Prose } from "./markdown/prose";
import { Question } from "./question";
import { endingOf, segmentsOf, type Turn, textOf } from "./segments";
import { Broke, Cut, cutOf, Stopped } from "./turn-end";

type TurnProps = {
  readonly turn: Turn;
  readonly isLast: boolean;
  readonly isBusy: boolean;
  readonly onRetry: () => void;
  /** Asks for the rest of an answer that was cut. */
  readonly onContinue: () => void;
};

export const TurnArticle = memo(
  function TurnArticle({ turn, isLast, isBusy, onRetry, onContinue }: TurnProps) {
    const label = useId();
    const article = useRef<HTMLElement>(null);
    const isGoing = isLast && isBusy;
    const facts = turn.answer?.metadata;
    const ending = endingOf(facts, isGoing);
    const segments = turn.answer ? segmentsOf(turn.answer.parts) : [];
    const cut = cutOf(facts);
    const isWaiting = isGoing && segments.length === 0;
    return (
      <article
        ref={article}
        className="turn"
        aria-labelledby={turn.question ? label : undefined}
        aria-label={turn.question ? undefined : "Answer"}
        data-last={isLast || undefined}
        data-ending={ending}
        tabIndex={-1}
      >
        {turn.question && <Question id={label} text={textOf(turn.question)} />}
        <div className="answer">
          <span className="sr-only">Answer</span>
          {segments.map((segment, index) =>
            segment.kind === "ledger" ? (
              <Ledger key={segment.key} parts={segment.parts} isOver={!isGoing} wasStopped={ending === "stopped"} />
            ) : (
              <Prose
                key={segment.key}
                text={segment.text}
                isStreaming={isGoing && segment.isOpen && index === segments.length - 1}
              />
            ),
          )}
          {isWaiting && (
            <p className="answer-wait">
              <WorkingDash />
            </p>
          )}
          {cut !== null && !isGoing && <Cut why={cut} onContinue={isLast ? onContinue : null} />}
          {ending === "stopped" && <Stopped facts={facts} answer={turn.answer} />}
          {ending === "broke" && (
            <Broke facts={facts} hasAnswer={segments.length > 0} onRetry={isLast ? onRetry : null} />
          )}
          <Foot
            answer={turn.answer}
            isWaiting={ending === "going"}
            onRetry={isLast ? onRetry : null}
            prose={() => [...(article.current?.querySelectorAll("[data-prose] > div") ?? [])]}
          />
        </div>
      </article>
    );
  },
  (a, b) =>
    a.turn.question === b.turn.question &&
    a.turn.answer === b.turn.answer &&
    a.isLast === b.isLast &&
    a.onRetry === b.onRetry &&
    a.onContinue === b.onContinue &&
    (a.isLast ? a.isBusy === b.isBusy : true),
);
