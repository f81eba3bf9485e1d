import { pacer } from "../recall/pacer.ts";
import type { Scope } from "../scope.ts";
import { documentText } from "./document-text.ts";
import { type LinePattern, linePattern } from "./line-pattern.ts";
import { unfit } from "./parse-pattern.ts";

/** A longer line is looked at in stretches of so many characters, over whose ends nothing is found. */
const LONGEST_LINE = 4000;
/** So many comparisons are made for one search. */
const MOST_COMPARISONS = 50_000_000;

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
 * and it ends with `signal`.
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
  const machine = linePattern(pattern);
  const pace = pacer();
  const found: TextMatch[] = [];
  let passed = 0;
  for await (const { at, line } of linesOf(scope, docId)) {
    for (const { from, to } of matchesOf(machine, line)) {
      if (passed++ < offset) continue;
      const content = line.slice(Math.max(0, from - context), to + context);
      found.push({ content, from: at + from, to: at + to });
      if (found.length === limit) return found;
    }
    if (pace.isDue()) {
      await pace.rest();
      signal?.throwIfAborted();
    }
  }
  return found;
}

function matchesOf(machine: LinePattern, line: string) {
  if (machine.cost() > MOST_COMPARISONS) {
    throw unfit("The pattern takes too long in this document. Make it simpler, or look for a word.");
  }
  return machine.matches(line);
}

/** The lines of a document with their places, long ones in stretches. */
async function* linesOf(scope: Pick<Scope, "database" | "accountId">, docId: string) {
  let open = { at: 0, text: "" };
  let isFirst = true;
  for await (const { at, text } of documentText(scope, docId)) {
    if (isFirst) open = { at, text: "" };
    isFirst = false;
    open = { at: open.at, text: open.text + text };
    let start = 0;
    for (;;) {
      const end = open.text.indexOf("\n", start);
      const isLong = end < 0 ? open.text.length - start > LONGEST_LINE : end - start > LONGEST_LINE;
      if (end < 0 && !isLong) break;
      const to = isLong ? start + LONGEST_LINE : end;
      // A line may end in two signs.
      yield { at: open.at + start, line: open.text.slice(start, to).replace(/\r$/u, "") };
      start = isLong ? to : to + 1;
    }
    open = { at: open.at + start, text: open.text.slice(start) };
  }
  if (open.text !== "") yield { at: open.at, line: open.text };
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
  const next = content.length > length ? (begins ?? from) + length : null;
  return { content: content.slice(0, length), next };
}
