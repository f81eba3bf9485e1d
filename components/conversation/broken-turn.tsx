import { markdownOf } from "./segments";
import type { Turn } from "./turns-in";

/** A question and its answer of which something could not be drawn: their plain words. */
export function BrokenTurn({ turn }: { turn: Turn }) {
  return (
    <article className="turn" aria-label="Message that could not be drawn" tabIndex={-1}>
      {turn.question && (
        <h2 className="question-text" dir="auto">
          {turn.question.text}
        </h2>
      )}
      <div className="answer">
        <p className="answer-wait">This message could not be drawn. Its words stand here as they are stored.</p>
        {turn.blocks.length > 0 && (
          <p className="prose-plain" dir="auto">
            {markdownOf(turn.blocks)}
          </p>
        )}
      </div>
    </article>
  );
}
