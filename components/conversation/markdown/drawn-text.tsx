import { renderToStaticMarkup } from "react-dom/server";
import { type Citable, CitableContext } from "../../knowledge/cited";
import { loopTurn } from "../loop-turn";
import Markdown from "./markdown";

/** What the server draws of an answer for its first page: `{ __html }`, as React takes it, or null where it could not be drawn. */
export type DrawnText = { readonly __html: string } | null;

type Shown = { readonly text: string; readonly isStreaming: boolean; readonly citable: Citable | null };

/** So many characters of text and HTML are kept in all, and a text of more than a tenth of that is not. */
const MOST_CHARACTERS = 4_000_000;

type Kept = { readonly drawn: Promise<DrawnText>; size: number };

/** By the text and what it may name, the longest unread first. */
const kept = new Map<string, Kept>();
let characters = 0;
let count = 0;

/**
 * The HTML of an answer's Markdown, for the server alone, drawn in a turn of the event loop that no other text gets.
 *
 * The same text with the same sources is drawn once, as long as there is room; one that still comes is not kept.
 */
export function drawnText({ text, isStreaming, citable }: Shown): Promise<DrawnText> {
  const make = () => loopTurn().then(() => draw({ text, isStreaming, citable }));
  if (isStreaming) return make();
  const key = keyOf(text, citable);
  const known = kept.get(key);
  if (known) {
    kept.delete(key);
    kept.set(key, known);
    return known.drawn;
  }
  const own: Kept = { drawn: make(), size: key.length };
  kept.set(key, own);
  characters += own.size;
  void own.drawn.then((drawn) => {
    if (kept.get(key) !== own) return;
    const more = drawn?.__html.length ?? 0;
    own.size += more;
    characters += more;
    makeRoom(key, own);
  });
  return own.drawn;
}

/** How much is kept, in characters; for tests. */
export const keptCharacters = (): number => characters;

const keyOf = (text: string, citable: Citable | null): string =>
  citable === null ? text : `${JSON.stringify([citable.question, [...citable.sources.values()]])}\n${text}`;

function makeRoom(key: string, own: Kept): void {
  if (own.size > MOST_CHARACTERS / 10) forget(key, own);
  for (const [oldest, one] of kept) {
    if (characters <= MOST_CHARACTERS) return;
    forget(oldest, one);
  }
}

function forget(key: string, { size }: Kept): void {
  kept.delete(key);
  characters -= size;
}

function draw({ text, isStreaming, citable }: Shown): DrawnText {
  try {
    // The names of notes are of their own answer.
    const identifierPrefix = `t${++count}`;
    const shown = (
      <CitableContext value={citable}>
        <Markdown text={text} isStreaming={isStreaming} />
      </CitableContext>
    );
    return { __html: renderToStaticMarkup(shown, { identifierPrefix }) };
  } catch {
    return null;
  }
}
