import { giveUpFile, storeFile, withFile } from "../core/files.ts";
import { getFileDoc, ingestHeld } from "../core/ingest.ts";
import { type Document, mostDocumentBytes } from "../core/knowledge/documents.ts";
import type { Scope } from "../core/scope.ts";
import { library } from "../dialects/llamacloud/index.ts";
import { notFound } from "../domain/errors.ts";
import { parseJson } from "../http/body.ts";
import { readUploadForm } from "../http/multipart.ts";
import { announcedBytes } from "../http/upload.ts";

/**
 * Makes a document of an index of the file in a form. Throws as `storeFile` and `ingestHeld`, and "bad-request" for
 * metadata that is none: before a byte is stored where it stands before the file.
 */
export async function documentOfForm(scope: Scope, indexId: string, request: Request): Promise<Document> {
  const { stored: file, fields } = await readUploadForm(request, "upload_file", {
    store(part, before) {
      library.metadataField(before.get("metadata"), parseJson);
      return storeFile(scope, { ...part, maxBytes: mostDocumentBytes(scope), announced: announcedBytes(request) });
    },
    giveUp: (stored) => giveUpFile(scope, stored),
  });
  return withFile(scope, file, () => {
    const title = fields.get("display_name") ?? file.name;
    const metadata = library.metadataField(fields.get("metadata"), parseJson);
    return ingestHeld(scope, { role: "index", id: indexId }, file, { title, metadata });
  });
}

/** A document of an index, in whatever state. Throws "not-found". */
export async function documentIn(scope: Scope, indexId: string, id: string): Promise<Document> {
  const doc = await getFileDoc(scope, id);
  if (doc.owner.role !== "index" || doc.owner.id !== indexId) throw notFound("doc", id);
  return doc;
}
