import { type PieceRow, readPieces } from "../../db/knowledge.ts";
import type { Scope } from "../scope.ts";

/** What stands between pieces that were given one by one. */
const BETWEEN = "\n\n";
const PIECES_AT_ONCE = 100;

/** A stretch of a document's text, and where it begins. Places count UTF-16 units. */
export type TextStretch = { readonly at: number; readonly text: string };

/**
 * Joins pieces, in their order, to the text that they were cut from: what is in two of them is told once, and what
 * stood between two, which was white space, is told as blanks. It begins where the first one begins.
 */
function joiner(): (piece: Pick<PieceRow, "content" | "startChar">) => TextStretch {
  let end: number | null = null;
  return ({ content, startChar }) => {
    const before: number = end ?? startChar ?? 0;
    const start = startChar ?? (end === null ? 0 : end + BETWEEN.length);
    end = Math.max(before, start + content.length);
    if (start < before) return { at: before, text: content.slice(before - start) };
    return {
      at: before,
      text: (startChar === null ? BETWEEN : " ".repeat(start - before)).slice(0, start - before) + content,
    };
  };
}

/**
 * The text of a document from a place on, stretch by stretch, or from where a piece begins a little before it. Nothing
 * of one that is being read, or that the account does not have.
 */
export async function* documentText(
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  docId: string,
  from = 0,
): AsyncGenerator<TextStretch, void> {
  const join = joiner();
  for (let after = -1; ; ) {
    const pieces = await readPieces(database, accountId, docId, { after, from, limit: PIECES_AT_ONCE });
    for (const piece of pieces) yield join(piece);
    const last = pieces.at(-1);
    if (!last || pieces.length < PIECES_AT_ONCE) return;
    after = last.position;
  }
}

/** Pieces in their order as one text. */
export function joinedText(pieces: readonly Pick<PieceRow, "content" | "startChar">[]): TextStretch {
  const join = joiner();
  const stretches = pieces.map(join);
  return { at: stretches[0]?.at ?? 0, text: stretches.map(({ text }) => text).join("") };
}
