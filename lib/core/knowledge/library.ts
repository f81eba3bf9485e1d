import { type FileDoc, findFileDoc } from "../../db/ingest.ts";
import { listDocsByName, type NamedDoc } from "../../db/knowledge.ts";
import { type DocOwners, isAmong } from "../../domain/doc.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import type { Scope } from "../scope.ts";

type Read = Pick<Scope, "database" | "accountId">;

/** Documents of owners of the account by name: one that is `name`, or has `part` in it in whatever case. */
export const findDocuments = (
  { database, accountId }: Read,
  owners: DocOwners,
  by: { readonly name?: string | null; readonly part?: string | null },
  page: { readonly offset: number; readonly limit: number },
): Promise<NamedDoc[]> =>
  listDocsByName(database, accountId, owners, { name: composed(by.name), part: composed(by.part) }, page);

/** Names are stored with letters that are put together. */
const composed = (text: string | null | undefined): string | null => text?.normalize("NFC") ?? null;

/**
 * A document of one of these owners of the account that can be read. Throws "not-found", and "bad-request" with the
 * reason for one that could not be read, and so has no text.
 */
export async function getDocumentIn({ database, accountId }: Read, owners: DocOwners, id: string): Promise<FileDoc> {
  const doc = isId(id) ? await findFileDoc(database, accountId, id) : null;
  if (!doc || !isAmong(owners, doc.owner) || doc.state === "pending") throw notFound("file", id);
  // What an embedding model has refused is failed, too, and has its text; what is of no file was given as text.
  if (doc.state === "failed" && doc.fileId !== null && doc.characters === null) {
    throw new ChatError("bad-request", `This document could not be read. ${doc.reason}`.trim());
  }
  return doc;
}
