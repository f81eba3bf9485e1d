import { createHash } from "node:crypto";
import * as db from "../db/docs.ts";
import type { OffsetPage } from "../db/page.ts";
import { violated } from "../db/violated.ts";
import type { Doc, DocOwner } from "../domain/doc.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { embedPending } from "./recall/embed-pending.ts";
import type { Scope } from "./scope.ts";

export type DocInput = {
  readonly title: string;
  /** Each text is one piece that a search can find. */
  readonly content: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly embedInstruction: string | null;
};

/**
 * Makes a doc of an agent or a user and gives it. Text search finds it at once; its embeddings come behind.
 *
 * Throws "not-found" for the owner, "conflict" where the owner has a doc of this title and content.
 */
export async function createDoc(scope: Scope, owner: DocOwner, input: DocInput): Promise<Doc> {
  const { database, accountId } = scope;
  const id = newId();
  const chunks = input.content.map((content) => ({ id: newId(), content }));
  const contentHash = createHash("sha256").update(JSON.stringify(input.content)).digest("hex");
  try {
    const isInserted = await db.insertDoc(database, accountId, { ...input, id, owner, contentHash, chunks });
    if (!isInserted) throw notFound(owner.role, owner.id);
  } catch (thrown) {
    if (!/^Doc_(?:agentId|userId)_title_contentHash_key$/u.test(violated(thrown) ?? "")) throw thrown;
    throw new ChatError("conflict", `The ${owner.role} has a doc with this title and content already`, {
      field: "content",
    });
  }
  embedPending(scope);
  return getDoc(scope, id, true);
}

/** A doc of an agent or a user of the account. Throws "not-found". */
export async function getDoc(scope: Scope, id: string, withEmbeddings: boolean): Promise<Doc> {
  const doc = isId(id) ? await db.findDoc(scope.database, scope.accountId, id, withEmbeddings) : null;
  if (!doc) throw notFound("doc", id);
  return doc;
}

export const listDocs = (scope: Scope, owner: DocOwner, page: OffsetPage, withEmbeddings: boolean): Promise<Doc[]> =>
  db.listDocs(scope.database, scope.accountId, owner, page, withEmbeddings);

/** Deletes a doc of one owner. Throws "not-found". */
export async function deleteDoc(scope: Scope, owner: DocOwner, id: string): Promise<void> {
  const isGone = isId(id) && (await db.deleteDoc(scope.database, scope.accountId, owner, id));
  if (!isGone) throw notFound("doc", id);
}

/** Deletes the docs of one owner whose metadata contains `filter`; an empty filter deletes all. Gives their ids. */
export const deleteDocs = (
  scope: Scope,
  owner: DocOwner,
  filter: Readonly<Record<string, unknown>>,
): Promise<string[]> => db.deleteDocs(scope.database, scope.accountId, owner, filter);
