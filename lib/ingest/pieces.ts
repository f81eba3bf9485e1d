import type { DocPiece } from "../domain/extraction.ts";
import type { Block } from "./blocks.ts";
import { cutOf, overlapOf } from "./cut.ts";
import { guessTokens } from "./token-guess.ts";

/** A piece has so many tokens at the most, but for code and rows that are whole with more. */
const MOST = 500;
/** So far a piece is filled before it is cut within a paragraph. */
const LEAST_CUT = 300;
/** Code and rows are kept whole up to here. */
const MOST_WHOLE = 1000;
/** A section that is shorter shares its piece with the next. */
const LEAST_SECTION = 100;
/** So much of the end of a paragraph's piece is said again in the next. */
const OVERLAP = 50;

type Open = {
  readonly from: number;
  readonly to: number;
  readonly tokens: number;
  /** Of all its blocks: the headings that they share. */
  readonly headings: readonly string[];
  /** The last block in it. */
  readonly last: Block;
  /** Whether there are headings in it and nothing else yet. */
  readonly isBare: boolean;
};

/**
 * Cuts a text into pieces along its blocks, in the order of the text. Every character that is no white space is in one,
 * and what is in two is the end of a paragraph. `pages`: where pages begin, null: there are none.
 */
export function* piecesOf(
  text: string,
  blocks: Iterable<Block>,
  pages: readonly number[] | null,
): Generator<DocPiece, void> {
  let position = 0;
  const pageAt = pages === null ? null : pageFinder(pages);
  for (const { from, to, headings } of stretches(text, blocks)) {
    const content = text.slice(from, to);
    if (content.trim() === "") continue;
    yield {
      position: position++,
      content,
      startChar: from,
      endChar: to,
      pageFrom: pageAt?.(from) ?? null,
      pageTo: pageAt?.(from + content.trimEnd().length - 1) ?? null,
      headings,
      tokens: Math.ceil(guessTokens(text, from, to)),
    };
  }
}

/** Gives the page of a place: 1 for what is before the second one. */
function pageFinder(pages: readonly number[]): (at: number) => number {
  return (at) => {
    let low = 0;
    let high = pages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pages[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return Math.max(1, low);
  };
}

type Stretch = { readonly from: number; readonly to: number; readonly headings: readonly string[] };

function* stretches(text: string, blocks: Iterable<Block>): Generator<Stretch> {
  let open: Open | null = null;
  for (const block of blocks) {
    const tokens = guessTokens(text, block.from, block.to);
    if (open && isOver(open, block, tokens)) {
      yield open;
      open = goOn(text, open, block);
    }
    if (open) {
      const isBare: boolean = open.isBare && block.kind === "heading";
      // What a heading stands over says under which headings both are.
      const headings: readonly string[] = open.isBare ? block.headings : shared(open.headings, block.headings);
      open = { from: open.from, to: block.to, tokens: open.tokens + tokens, headings, last: block, isBare };
    } else {
      const { from, to, headings } = block;
      open = { from, to, tokens, headings, last: block, isBare: block.kind === "heading" };
    }
    while (open.tokens > mostOf(open.last)) {
      const to: number = cutOf(text, open.from, open.to, LEAST_CUT, MOST, open.last.kind !== "prose");
      if (to >= open.to) break;
      yield { ...open, to };
      open = rest(text, open, to);
    }
  }
  if (open) yield open;
}

const mostOf = ({ kind }: Block): number => (kind === "code" || kind === "row" ? MOST_WHOLE : MOST);

/** Whether a piece ends before a block. */
function isOver(open: Open, block: Block, tokens: number): boolean {
  if (block.isApart) return true;
  // A heading goes with what it stands over.
  if (open.isBare) return false;
  if (block.kind === "heading") return open.tokens >= LEAST_SECTION;
  return open.tokens + tokens > MOST;
}

/**
 * A piece that begins with the end of the one before, where both are of paragraphs; null: there is nothing to begin
 * with.
 */
function goOn(text: string, before: Open, next: Block): Open | null {
  if (next.isApart || next.kind !== "prose" || before.last.kind !== "prose") return null;
  const from = overlapOf(text, Math.max(before.from, before.last.from), before.to, OVERLAP);
  if (from >= before.to) return null;
  const { to, last } = before;
  return { from, to, tokens: guessTokens(text, from, to), headings: last.headings, last, isBare: false };
}

/** What is left of a piece that was cut. */
function rest(text: string, cut: Open, at: number): Open {
  const isProse = cut.last.kind === "prose" && at > cut.last.from;
  const from = isProse ? overlapOf(text, Math.max(cut.from, cut.last.from), at, OVERLAP) : at;
  const { to, last } = cut;
  // The rest may be long: it is not weighed again.
  return {
    from,
    to,
    tokens: cut.tokens - guessTokens(text, cut.from, from),
    headings: last.headings,
    last,
    isBare: false,
  };
}

/** The first headings that two paths have in common. */
function shared(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one === other) return one;
  const end = one.findIndex((title, n) => title !== other[n]);
  return end < 0 ? one : one.slice(0, end);
}
