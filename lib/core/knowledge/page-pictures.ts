import { findDocFile, findFileDoc, listDrawableDocs } from "../../db/ingest.ts";
import { ChatError, notFound, toChatError } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { readFile } from "../files.ts";
import { reachesOwner } from "../reach.ts";
import type { Scope } from "../scope.ts";

const PDF = "application/pdf";
/** Of a piece that goes over many pages, the first are told. */
const MOST_OF_PIECE = 3;

type Place = { readonly pageFrom?: number | null; readonly pageTo?: number | null };

/** The docs among these whose pages can be drawn: of PDFs that have been read; none where nothing draws. */
export async function drawableDocs(scope: Scope, hits: readonly (Place & { readonly docId: string })[]) {
  const ids = hits.flatMap(({ docId, pageFrom }) => (pageFrom == null ? [] : [docId]));
  if (!scope.drawPage || ids.length === 0) return new Set<string>();
  return listDrawableDocs(scope.database, scope.accountId, PDF, [...new Set(ids)]);
}

/** The pages that are told of a piece. */
export function pagesOf({ pageFrom, pageTo }: Place): readonly number[] {
  if (pageFrom == null) return [];
  const count = Math.min(MOST_OF_PIECE, Math.max(pageFrom, pageTo ?? pageFrom) - pageFrom + 1);
  return Array.from({ length: count }, (_, n) => pageFrom + n);
}

/** A picture of a page, and what names it as long as it is the same. */
export type PagePicture = { readonly jpeg: Uint8Array; readonly hash: string };

/**
 * Draws a page of a document, from 1 on. Throws "not-found" for a document that is out of reach or has no such page,
 * and with a sentence where no picture can be made of it; "rate-limited" where too many wait, and the reason of
 * `signal`.
 */
export async function getPagePicture(
  scope: Scope,
  docId: string,
  page: number,
  signal: AbortSignal,
): Promise<PagePicture> {
  const { database, accountId, drawPage } = scope;
  const doc = isId(docId) ? await findFileDoc(database, accountId, docId) : null;
  const isPage = doc !== null && doc.mediaType === PDF && page <= (doc.pages ?? 0);
  const file = isPage && reachesOwner(scope, doc.owner) ? await findDocFile(database, accountId, doc.id) : null;
  if (!file) throw notFound("attachment", docId);
  if (!drawPage) throw noPicture("Nothing is installed here that draws pages.");
  const bytes = readFile(scope, file);
  try {
    const jpeg = await drawPage({ by: accountId, key: file.id, file: { ...file, bytes }, page }, signal);
    return { jpeg, hash: `${file.id}-${page}` };
  } catch (thrown) {
    const { code, message } = toChatError(thrown);
    if (code === "bad-request" || code === "unavailable") throw noPicture(message);
    throw thrown;
  }
}

const noPicture = (why: string): ChatError =>
  new ChatError("not-found", `No picture of this page can be made. ${why}`, { noun: "attachment" });
