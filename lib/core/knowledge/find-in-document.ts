import { pacer } from "../recall/pacer.ts";
import type { Scope } from "../scope.ts";
import { documentText } from "./document-text.ts";
import { behind, type LineMatch, type LinePattern, linePattern, unfit } from "./line-pattern.ts";
import { type LineWindow, lineWindows, overlapping, wholeBefore } from "./line-windows.ts";

/** So long may be searched in one document, without the time in which others had their turn. */
const MOST_MS = 5000;

/** Where a pattern was found: its place in the document's text, and what stands there. */
export type TextMatch = { readonly content: string; readonly from: number; readonly to: number };

export type FindOptions = {
  /** So many characters of the line are told before and behind a match. */
  readonly context: number;
  /** So many matches are passed over, and so many given. */
  readonly offset: number;
  readonly limit: number;
};

/**
 * Where a regular expression is found in the lines of a document of the account, in order. Others get their turn meanwhile,
 * within a long line too, and it ends with `signal`. A match in a line of more than 4,000 characters is told up to 4,000.
 *
 * Throws "bad-request" for a pattern that cannot be looked for (`linePattern`), or takes too much of this document.
 */
export async function findInDocument(
  scope: Pick<Scope, "database" | "accountId">,
  docId: string,
  pattern: string,
  { context, offset, limit }: FindOptions,
  signal?: AbortSignal,
): Promise<TextMatch[]> {
  const windows = lineWindows(documentText(scope, docId));
  const search = searcher(linePattern(pattern), signal);
  const found: TextMatch[] = [];
  let passed = 0;
  let next = 0;
  for (let step = await windows.next(next); !step.done; step = await windows.next(next)) {
    const { text, at, from } = step.value;
    let match = await search(step.value, from);
    next = from;
    for (; match && !isOpen(step.value, match); match = await search(step.value, next)) {
      next = match.to;
      if (passed++ < offset) continue;
      const begin = wholeBefore(text, Math.max(0, match.from - context));
      const content = text.slice(begin, wholeBefore(text, match.to + context));
      found.push({ content, from: at + match.from, to: at + match.to });
      if (found.length === limit) return found;
    }
    next = match ? match.from : Math.max(next, overlapping(step.value));
  }
  return found;
}

/** Whether a match could end otherwise if more of its line were seen, and more can be: the next window begins with it. */
const isOpen = ({ text, from, isCut }: LineWindow, match: LineMatch): boolean =>
  isCut && match.to === text.length && match.from > from;

/** Finds what is not empty; between two looks others have their turn. It gives up when it has looked for too long. */
function searcher(pattern: LinePattern, signal?: AbortSignal) {
  const pace = pacer();
  let spentMs = 0;
  const look = async (text: string, from: number): Promise<LineMatch | null> => {
    if (pace.isDue()) {
      await pace.rest();
      signal?.throwIfAborted();
    }
    if (spentMs > MOST_MS) {
      throw unfit("The pattern takes too long in this document. Make it simpler, or look for a word.");
    }
    const startedAt = performance.now();
    const match = pattern.find(text, from);
    spentMs += performance.now() - startedAt;
    return match;
  };
  return async ({ text }: LineWindow, from: number): Promise<LineMatch | null> => {
    let match = await look(text, from);
    while (match && match.from === match.to) match = await look(text, behind(text, match.to));
    return match;
  };
}

/** A stretch of a document's text from a place on, and where the next begins; null: it ends there. */
export async function readDocument(
  scope: Pick<Scope, "database" | "accountId">,
  docId: string,
  from: number,
  length: number,
): Promise<{ readonly content: string; readonly next: number | null }> {
  let content = "";
  let begins: number | null = null;
  for await (const { at, text } of documentText(scope, docId, from)) {
    const end = at + text.length;
    if (end <= from) continue;
    begins ??= Math.max(from, at);
    content += text.slice(Math.max(0, from - at));
    if (content.length > length) break;
  }
  const cut = Math.max(wholeBefore(content, length), Math.min(length, 1));
  const next = content.length > length ? (begins ?? from) + cut : null;
  return { content: content.slice(0, cut).toWellFormed(), next };
}
