import type { ModelEvent } from "../domain/model.ts";
import { type Stretch, type Turned, thinkTags } from "./think-tags.ts";

/** Reads what an answer says, and what it thinks: beside its content, or in tags of it. */
export type WordReader = {
  /** A piece of the content; thoughts in its tags are parted from it. */
  readonly content: (piece: string) => void;
  readonly thoughts: (words: string) => void;
  /** Thoughts in a field of their own: those that are in the content too are not given again. */
  readonly thoughtsBeside: (words: string) => void;
  /** Words that stand in no content; what of the content is not given yet comes before them. */
  readonly refusal: (words: string) => void;
  /** Nothing more comes. */
  readonly end: () => void;
  /** The content as it came; read where a whole message comes behind pieces. */
  readonly came: () => string;
  /** How many pieces of content have come. */
  readonly count: () => number;
  /** Whether a text has come. */
  readonly hasSaid: () => boolean;
  readonly hasThoughts: () => boolean;
};

/** Begins with nothing said. What is read is put behind `events`. */
export function wordReader(events: ModelEvent[]): WordReader {
  const tags = thinkTags();
  const came: string[] = [];
  let hasSaid = false;
  let hasThoughts = false;
  let hasThoughtsBeside = false;

  const add = (stretches: readonly (Stretch | Turned)[]) => {
    for (const stretch of stretches) {
      hasSaid = stretch.kind === "text" || (hasSaid && stretch.kind !== "turned");
      hasThoughts ||= stretch.kind !== "text";
      if (stretch.kind === "turned") events.push({ type: "text-end", wasThoughts: true });
      else events.push({ type: `${stretch.kind}-delta`, text: stretch.text });
    }
  };
  const thoughts = (words: string) => add([{ kind: "reasoning", text: words }]);

  return {
    content(piece) {
      came.push(piece);
      const stretches = tags.push(piece);
      // Some servers tell the thoughts beside the content and leave them in it too.
      add(hasThoughtsBeside ? stretches.filter(({ kind }) => kind !== "reasoning") : stretches);
    },
    thoughts,
    thoughtsBeside(words) {
      hasThoughtsBeside = true;
      thoughts(words);
    },
    refusal: (words) => add([...tags.rest(), { kind: "text", text: words }]),
    end: () => add(tags.rest()),
    came: () => came.join(""),
    count: () => came.length,
    hasSaid: () => hasSaid,
    hasThoughts: () => hasThoughts,
  };
}
