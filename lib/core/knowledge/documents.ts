import { deleteDoc } from "../../db/docs.ts";
import type { FileDoc } from "../../db/ingest.ts";
import { type PieceRow, readPiecesAround } from "../../db/knowledge.ts";
import type { DocOwner } from "../../domain/doc.ts";
import { notFound } from "../../domain/errors.ts";
import { MOST_FILE_BYTES } from "../../domain/extraction.ts";
import { isId } from "../../domain/ids.ts";
import { dropUnusedFiles, fileLimits, storeFile, type Upload, withFile } from "../files.ts";
import { checkOwner, getFileDoc, ingestHeld } from "../ingest.ts";
import { checkMayEdit, checkReachesOwner } from "../reach.ts";
import type { Scope } from "../scope.ts";
import { joinedText } from "./document-text.ts";
import { drawableDocs } from "./page-pictures.ts";

export type Document = FileDoc;

/** A file that is made a document may be larger than one that is attached to a message. */
export const mostDocumentBytes = (scope: Pick<Scope, "files">): number =>
  Math.max(fileLimits(scope).each, MOST_FILE_BYTES);

/**
 * Stores a file and makes a document of it, which is read behind the answer; where the owner has one of this name and
 * content, that one is given. The document alone keeps the file. Throws as `storeFile` and `ingestFile`; an owner that
 * is none is said before any byte is read.
 */
export async function uploadDocument(
  scope: Scope,
  owner: DocOwner,
  upload: Omit<Upload, "name" | "maxBytes"> & { readonly name: string; readonly title?: string },
  metadata: Readonly<Record<string, unknown>> | null = null,
): Promise<Document> {
  checkMayEdit(scope);
  await checkOwner(scope, owner);
  const { title, ...bytes } = upload;
  const file = await storeFile(scope, { ...bytes, maxBytes: mostDocumentBytes(scope) });
  return withFile(scope, file, () => ingestHeld(scope, owner, file, { title: title ?? file.name, metadata }));
}

/** Makes a document of a text, which is cut as Markdown is. Throws as `uploadDocument`. */
export function addText(
  scope: Scope,
  owner: DocOwner,
  { title, text }: { readonly title: string; readonly text: string },
): Promise<Document> {
  const bytes = Buffer.from(text);
  const one = async function* () {
    yield bytes;
  };
  const file = { name: `${title}.md`, mediaType: "text/markdown", bytes: one(), announced: bytes.length };
  return uploadDocument(scope, owner, { ...file, title });
}

/**
 * Deletes a document of any owner with its pieces, and its file where nothing else refers to it. Throws "not-found".
 */
export async function deleteDocument(scope: Scope, id: string): Promise<void> {
  const { owner } = await getFileDoc(scope, id);
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  if (!(await deleteDoc(scope.database, scope.accountId, owner, id))) throw notFound("doc", id);
  await dropUnusedFiles(scope);
}

/** A piece of a document with the text around it. */
export type Passage = {
  readonly document: Document;
  readonly piece: PieceRow;
  readonly before: string;
  readonly after: string;
  /** The page that can be drawn of it, from 1 on; null: none. */
  readonly drawable: number | null;
};

/** So many pieces on each side are looked at, and so many characters of them told. */
const PIECES_AROUND = 4;
const CHARACTERS_AROUND = 2000;

/** A piece of a document with up to 2,000 characters before and behind it. Throws "not-found" for either. */
export async function getPassage(scope: Scope, docId: string, pieceId: string): Promise<Passage> {
  const document = await getFileDoc(scope, docId);
  const { database, accountId } = scope;
  const around = { docId: document.id, pieceId, around: PIECES_AROUND };
  const pieces = isId(pieceId) ? await readPiecesAround(database, accountId, around) : [];
  const at = pieces.findIndex(({ id }) => id === pieceId.toLowerCase());
  const piece = pieces[at];
  if (!piece) throw notFound("passage", pieceId);
  const whole = joinedText(pieces).text;
  const start = joinedText(pieces.slice(0, at)).text;
  const upto = joinedText(pieces.slice(0, at + 1)).text;
  // What the piece says again of the one before it stands in the piece.
  const head = whole.slice(0, Math.max(0, Math.min(start.length, upto.length - piece.content.length)));
  const { pageFrom } = piece;
  const isDrawable = (await drawableDocs(scope, [{ docId: document.id, pageFrom }])).has(document.id);
  return {
    document,
    piece,
    before: head.slice(-CHARACTERS_AROUND),
    after: whole.slice(upto.length).slice(0, CHARACTERS_AROUND),
    drawable: isDrawable ? pageFrom : null,
  };
}
