"use client";

import { type RefObject, useId, useRef } from "react";
import { TurnSources, WithSources } from "../knowledge/turn-sources";
import { WorkingDash } from "../ui/dash";
import { Answerable } from "./calls";
import type { CallResult } from "./conversation-ports";
import { Foot } from "./foot";
import { Ledger } from "./ledger";
import { Prose } from "./markdown/prose";
import { Notices } from "./notices";
import { Question } from "./question";
import { RestingTurn, useWhole } from "./resting-turn";
import { endingOf, segmentsOf } from "./segments";
import { type Source, sourcesOf } from "./sources";
import { StillBelow } from "./still-below";
import { Broke, Cut, cutOf, Stopped } from "./turn-end";
import type { Turn } from "./turns-in";
import type { AgainFrom } from "./use-ask-anew";
import type { Direction } from "./versions";

export type TurnProps = {
  readonly turn: Turn;
  readonly isLast: boolean;
  /** It is on the screen from the start. Others are drawn whole when they come near. */
  readonly startsWhole?: boolean;
  /** Its answer is being given. */
  readonly isGoing: boolean;
  readonly onAgain: (turn: Turn, from?: AgainFrom) => void;
  /** Shows what the model saw. */
  readonly onContext: (turn: Turn) => void;
  /** Asks its question in other words; gives whether they were taken. */
  readonly onEdit: (turn: Turn, text: string) => boolean;
  readonly onStep: (turn: Turn, direction: Direction) => void;
  /** Asks for the rest of an answer that was cut. */
  readonly onContinue: () => void;
  /** Answers the calls that wait for the person. */
  readonly onAnswer: (results: readonly CallResult[]) => void;
};

const NO_SOURCES: readonly Source[] = [];

/** A question and its answer. */
export function TurnArticle({ startsWhole = true, ...props }: TurnProps) {
  const { turn, isLast, isGoing } = props;
  const label = useId();
  const article = useRef<HTMLElement>(null);
  const isWhole = useWhole(article, startsWhole || isLast || isGoing);
  return (
    <article
      ref={article}
      className="turn"
      data-turn={turn.key}
      aria-labelledby={turn.question ? label : undefined}
      aria-label={turn.question ? undefined : "Answer"}
      data-last={isLast || undefined}
      data-ending={endingOf(turn, isGoing, isLast)}
      data-resting={!isWhole || undefined}
      tabIndex={-1}
    >
      <StillBelow turn={article} isWhole={isWhole} />
      {isWhole ? <WholeTurn label={label} article={article} {...props} /> : <RestingTurn id={label} turn={turn} />}
    </article>
  );
}

type WholeTurnProps = Omit<TurnProps, "startsWhole"> & {
  /** Of its heading. */
  readonly label: string;
  readonly article: RefObject<HTMLElement | null>;
};

function WholeTurn({ label, article, turn, isLast, isGoing, onEdit, onAgain, ...acts }: WholeTurnProps) {
  const ending = endingOf(turn, isGoing, isLast);
  const segments = segmentsOf(turn.blocks);
  const cut = cutOf(turn);
  const again = turn.question ? (from?: AgainFrom) => onAgain(turn, from) : null;
  const onRetry = isLast && again ? () => again() : null;
  return (
    <>
      {turn.question && (
        <Question
          id={label}
          questionId={turn.question.id}
          text={turn.question.text}
          files={turn.question.files}
          onEdit={(text) => onEdit(turn, text)}
        />
      )}
      <div className="answer">
        <span className="sr-only">Answer</span>
        <WithSources turn={turn}>
          <Answerable turn={turn} onAnswer={isLast && !isGoing ? acts.onAnswer : null}>
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
          </Answerable>
        </WithSources>
        {isGoing && segments.length === 0 && (
          <p className="answer-wait">
            <WorkingDash />
          </p>
        )}
        {cut !== null && !isGoing && <Cut why={cut} onContinue={isLast ? acts.onContinue : null} />}
        {ending === "stopped" && <Stopped turn={turn} />}
        {ending === "broke" && <Broke turn={turn} onRetry={onRetry} />}
        <TurnSources turn={turn} />
        <Notices notices={turn.notices} sources={isGoing ? NO_SOURCES : sourcesOf(turn.blocks)} />
        <Foot
          turn={turn}
          isWaiting={ending === "going"}
          onAgain={again}
          onContext={() => acts.onContext(turn)}
          versions={turn.versions}
          onStep={(direction) => acts.onStep(turn, direction)}
          prose={() => [...(article.current?.querySelectorAll("[data-prose] > div") ?? [])]}
        />
      </div>
    </>
  );
}
