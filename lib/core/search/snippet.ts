import { folded, foldedByPlaces } from "./fold.ts";

/** A piece of a text, with the stretches in it to be marked: from a place to before another, in UTF-16 units. */
export type Snippet = { readonly text: string; readonly marks: readonly (readonly [from: number, to: number])[] };

const LENGTH = 160;
/** So much stands before the first word that was found. */
const BEFORE = 40;
/** A text is looked through in pieces of about so many units, cut at a space where there is one. */
const PIECE = 2000;
const LONGEST_WORD = 200;
/** Signs of Markdown that say nothing where it is not drawn. */
const SIGNS = /\*\*|~~|`+|^ {0,3}(?:#{1,6} |> |[-*+] )|^\|?[ :|-]+\|$|\|/gmu;

/** About 160 characters of a text around the first that a pattern finds in it, else its beginning. */
export function snippetOf(text: string, pattern: RegExp): Snippet {
  const at = firstPlace(text, pattern);
  const from = at <= BEFORE ? 0 : wordFrom(text, at - BEFORE, at);
  // Signs and spaces go, so that more is needed than is shown.
  const line = oneLine(text.slice(from, from + 3 * LENGTH));
  const end = line.length <= LENGTH ? line.length : wordFrom(line, LENGTH - 16, LENGTH);
  const isCut = end < line.length || from + 3 * LENGTH < text.length;
  return marked(`${from > 0 ? "…" : ""}${line.slice(0, end).trimEnd()}${isCut ? "…" : ""}`, pattern);
}

/** Where a pattern first finds something in a text; 0 where it finds nothing. */
function firstPlace(text: string, pattern: RegExp): number {
  for (let from = 0; from < text.length; ) {
    const end = pieceEnd(text, from);
    const piece = text.slice(from, end);
    if (folded(piece).toLowerCase().search(pattern) !== -1) {
      const { text: said, places } = foldedByPlaces(piece);
      const found = said.search(pattern);
      return from + (places[Math.max(0, found)] ?? 0);
    }
    from = end;
  }
  return 0;
}

function pieceEnd(text: string, from: number): number {
  const least = from + PIECE;
  if (least >= text.length) return text.length;
  const space = text.slice(least, least + LONGEST_WORD).search(/\s/u);
  return whole(text, space === -1 ? least : least + space);
}

/** The beginning of the first word from a place on, where there is one before another place. */
function wordFrom(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/u);
  return space === -1 ? whole(text, from) : from + space + 1;
}

/** A place that cuts no pair of surrogates. */
const whole = (text: string, at: number): number => {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
};

const oneLine = (text: string): string => text.toWellFormed().replaceAll(SIGNS, " ").replaceAll(/\s+/gu, " ").trim();

/** A text with what a pattern, which is global, finds in it. */
export function marked(text: string, pattern: RegExp): Snippet {
  const { text: said, places } = foldedByPlaces(text);
  const marks: [number, number][] = [];
  const each = new RegExp(pattern);
  for (let match = each.exec(said); match !== null; match = each.exec(said)) {
    const { 0: found, index } = match;
    // Pairs of characters overlap.
    each.lastIndex = index + 1;
    const from = places[index] ?? 0;
    const to = places[index + found.length] ?? text.length;
    const last = marks.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else marks.push([from, to]);
  }
  return { text, marks };
}
