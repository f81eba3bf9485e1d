import { type Turn, textOf } from "./segments";

/** A question and its answer of which something could not be drawn: their plain words. */
export function BrokenTurn({ turn }: { turn: Turn }) {
  return (
    <article className="turn" aria-label="Message that could not be drawn" tabIndex={-1}>
      {turn.question && (
        <h2 className="question-text" dir="auto">
          {textOf(turn.question)}
        </h2>
      )}
      <div className="answer">
        <p className="answer-wait">This message could not be drawn. Its words stand here as they are stored.</p>
        {turn.answer && (
          <p className="prose-plain" dir="auto">
            {textOf(turn.answer)}
          </p>
        )}
      </div>
    </article>
  );
}
