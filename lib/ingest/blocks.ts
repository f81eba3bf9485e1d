/**
 * What must not be cut without need, or where a cut is good. Blocks follow one another: each ends where the next
 * begins.
 */
export type Block = {
  readonly from: number;
  readonly to: number;
  readonly kind: "prose" | "heading" | "code" | "row";
  /** The headings over it, the outermost first. */
  readonly headings: readonly string[];
  /** Whether nothing before it is put together with it: a page begins. */
  readonly isApart?: boolean;
};

type Line = { readonly from: number; readonly to: number; readonly text: string };

/** No heading, mark of a fence or row is told by more than the beginning of its line. */
const SEEN = 2000;
const LONGEST_HEADING = 200;
const NOTHING: readonly string[] = [];

/** The lines of a stretch of a text, each with its line break; of long ones only the beginning is given as text. */
function* linesOf(text: string, from = 0, end = text.length): Generator<Line> {
  for (let at = from; at < end; ) {
    const found = text.indexOf("\n", at);
    const to = found < 0 || found >= end ? end : found + 1;
    yield { from: at, to, text: text.slice(at, Math.min(to, at + SEEN)).replace(/\r?\n$/u, "") };
    at = to;
  }
}

const isBlank = (line: string): boolean => line.trim() === "";

/** Paragraphs, each with the empty lines behind it. */
export function* proseBlocks(text: string, from = 0, end = text.length, isApart = false): Generator<Block> {
  let start = from;
  let isOver = false;
  let hasText = false;
  for (const line of linesOf(text, from, end)) {
    const blank = isBlank(line.text);
    if (!blank && isOver && hasText) {
      yield { from: start, to: line.from, kind: "prose", headings: NOTHING, isApart: isApart && start === from };
      start = line.from;
    }
    hasText ||= !blank;
    isOver = blank;
  }
  if (start < end) yield { from: start, to: end, kind: "prose", headings: NOTHING, isApart: isApart && start === from };
}

/** The paragraphs of pages, of which each begins apart from the one before. */
export function* pageBlocks(text: string, pages: readonly number[]): Generator<Block> {
  for (const [n, from] of pages.entries()) yield* proseBlocks(text, from, pages[n + 1] ?? text.length, true);
}

/** Stretches of a program: each begins at the margin behind an empty line, such as a function or a class. */
export function* codeBlocks(text: string): Generator<Block> {
  let start = 0;
  let isOver = false;
  for (const line of linesOf(text)) {
    const blank = isBlank(line.text);
    if (isOver && !blank && /^[^\s})\]]/u.test(line.text)) {
      yield { from: start, to: line.from, kind: "code", headings: NOTHING };
      start = line.from;
    }
    isOver = blank;
  }
  if (start < text.length) yield { from: start, to: text.length, kind: "code", headings: NOTHING };
}

/** A value in quotation marks that is longer was never meant as one. */
const LONGEST_ROW = 20_000;

/**
 * Rows of values. A line break in quotation marks is a part of its row (RFC 4180, 2). The first row heads the others.
 */
export function* rowBlocks(text: string): Generator<Block> {
  let start = 0;
  let headings = NOTHING;
  while (start < text.length) {
    const to = endOfRow(text, start);
    yield { from: start, to, kind: "row", headings };
    if (start === 0) headings = [text.slice(0, Math.min(to, LONGEST_HEADING)).trim()];
    start = to;
  }
}

function endOfRow(text: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < Math.min(text.length, from + LONGEST_ROW); at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) isQuoted = !isQuoted;
    else if (unit === 0x0a && !isQuoted) return at + 1;
  }
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

type Open = { from: number; kind: Block["kind"]; headings: readonly string[] };

/** Headings, paragraphs, fenced code and rows of tables of a text in Markdown. */
export function* markdownBlocks(text: string): Generator<Block> {
  const path: { readonly level: number; readonly title: string }[] = [];
  let headings = NOTHING;
  let fence: string | null = null;
  let open: Open | null = null;
  let isOver = false;

  const enter = (level: number, title: string): void => {
    while ((path.at(-1)?.level ?? 0) >= level) path.pop();
    path.push({ level, title: title.slice(0, LONGEST_HEADING) });
    headings = path.map((one) => one.title);
  };

  for (const line of linesOf(text)) {
    if (fence !== null) {
      if (closes(line.text, fence)) [fence, isOver] = [null, true];
      continue;
    }
    const blank = isBlank(line.text);
    if (blank) {
      isOver = open !== null;
      open ??= { from: line.from, kind: "prose", headings };
      continue;
    }
    const above = path.map((one) => one.title);
    const heading = /^ {0,3}(#{1,6})(?=[ \t]|$)/u.exec(line.text);
    const opening = /^\s*(?:[-*+>]\s+)?(`{3,}|~{3,})[^`]*$/u.exec(line.text)?.[1];
    const kind = heading ? "heading" : opening ? "code" : /^\s{0,3}\|/u.test(line.text) ? "row" : "prose";
    const isNew = isOver || kind !== "prose" || open?.kind !== "prose";
    if (isNew) {
      if (open) yield { ...open, to: line.from };
      if (heading) enter(heading[1]?.length ?? 1, titleOf(line.text));
      open = { from: line.from, kind, headings: heading ? above : headings };
      if (opening) fence = opening;
    }
    isOver = kind === "heading" || kind === "row";
  }
  if (open) yield { ...open, to: text.length };
}

/** The words of the line of a heading, without its marks. */
function titleOf(line: string): string {
  const words = line.trim().replace(/^#+/u, "").trim();
  const unmarked = words.replace(/#+$/u, "");
  return unmarked === "" || /[ \t]$/u.test(unmarked) ? unmarked.trim() : words;
}

/** Whether a line ends a fence: the same marks, as many or more (CommonMark 0.31.2, 4.5). */
function closes(line: string, fence: string): boolean {
  const marks = /^\s*(`{3,}|~{3,})\s*$/u.exec(line)?.[1];
  return marks !== undefined && marks[0] === fence[0] && marks.length >= fence.length;
}
