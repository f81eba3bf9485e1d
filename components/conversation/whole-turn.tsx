"use client";

import { TurnSources, WithSources } from "../knowledge/turn-sources";
import { WorkingDash } from "../ui/dash";
import { Answerable } from "./calls";
import { Foot } from "./foot";
import { Ledger } from "./ledger";
import { Prose } from "./markdown/prose";
import { Notices } from "./notices";
import { Question } from "./question";
import { endingOf, segmentsOf } from "./segments";
import { type Source, sourcesOf } from "./sources";
import { Broke, Cut, cutOf, Stopped } from "./turn-end";
import type { WholeTurnProps } from "./turn-props";
import type { AgainFrom } from "./use-ask-anew";

const NO_SOURCES: readonly Source[] = [];

/** A question and its answer as they are drawn: what a page needs only once somebody stirs. */
export default function WholeTurn({ label, article, turn, isLast, isGoing, onEdit, onAgain, ...acts }: WholeTurnProps) {
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
