import { ChatError } from "../../domain/errors.ts";
import type { Scope } from "../scope.ts";
import { documentText } from "./document-text.ts";
import { linePattern } from "./line-pattern.ts";
import { type FindOptions, type LineSearch, lineSearch, type TextMatch } from "./line-search.ts";
import { wholeBefore } from "./line-windows.ts";

/** So many characters of a document are read before the next look. */
const READ_AT_ONCE = 50_000;
/** A search ends then, however many others it takes turns with: alone it takes a few seconds at the most. */
const LONGEST_MS = 60_000;

/**
 * Where a regular expression is found in the lines of a document of the account, in order. It goes on in stretches of
 * `longWork`, in which others get their turn, within a long line too, and ends with `signal`. A match in a line of more
 * than 4,000 characters is told up to 4,000, and that of a large pattern up to fewer (`linePattern`).
 *
 * Throws "bad-request" for a pattern that cannot be looked for (`linePattern`), or takes too much of this document, and
 * "rate-limited" where the account looks for several already, and after a minute of taking turns with others.
 */
export async function findInDocument(
  scope: Pick<Scope, "database" | "accountId" | "longWork">,
  docId: string,
  pattern: string,
  options: FindOptions,
  signal?: AbortSignal,
): Promise<readonly TextMatch[]> {
  const { accountId, longWork } = scope;
  const leave = longWork.enter(accountId);
  if (leave === null) throw crowded("Too many searches of this account are going on");
  const endsAt = performance.now() + LONGEST_MS;
  try {
    const search = await longWork.stretch(accountId, () => lineSearch(linePattern(pattern), options));
    const look = async () => {
      const some: LineSearch["goOn"] = (isDue) => {
        signal?.throwIfAborted();
        if (performance.now() > endsAt) throw crowded("Too many searches are going on");
        return search.goOn(isDue);
      };
      while (await longWork.stretch(accountId, some));
    };
    let read = 0;
    for await (const text of documentText(scope, docId)) {
      search.add(text);
      read += text.text.length;
      if (read < READ_AT_ONCE) continue;
      read = 0;
      await look();
      if (search.found.length >= options.limit) return search.found;
    }
    search.end();
    await look();
    return search.found;
  } finally {
    leave();
  }
}

const crowded = (what: string): ChatError =>
  new ChatError("rate-limited", `${what}. Try again in a moment.`, { retryAfterSeconds: 2 });

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
