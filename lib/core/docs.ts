import { createHash } from "node:crypto";
import * as db from "../db/docs.ts";
import type { OffsetPage } from "../db/page.ts";
import { violated } from "../db/violated.ts";
import type { Doc, DocHit, DocOwner } from "../domain/doc.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { dropUnusedFiles } from "./files.ts";
import { within } from "./maxima.ts";
import { checkMayEdit, checkReachesOwner, reachesOwner } from "./reach.ts";
import { embedPending } from "./recall/embed-pending.ts";
import { type SearchOptions, type SearchQuery, searchDocs } from "./recall/search.ts";
import type { Scope } from "./scope.ts";

export type DocInput = {
  readonly title: string;
  /** Each text is one piece that a search can find. */
  readonly content: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly embedInstruction: string | null;
};

/**
 * Makes a doc of its owner and gives it. Text search finds it at once; its embeddings come behind.
 *
 * Throws "not-found" for the owner, "conflict" where the owner has a doc of this title and content, and for the number
 * of docs as `takePlace`.
 */
export async function createDoc(scope: Scope, owner: DocOwner, input: DocInput): Promise<Doc> {
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  const { database, accountId } = scope;
  const id = newId();
  const chunks = input.content.map((content) => ({ id: newId(), content }));
  const contentHash = createHash("sha256").update(JSON.stringify(input.content)).digest("hex");
  try {
    const doc = { ...input, id, owner, contentHash, chunks };
    const isInserted = await within(scope, "docs", () => db.insertDoc(database, accountId, doc));
    if (!isInserted) throw notFound(owner.role, owner.id);
  } catch (thrown) {
    if (!/^Doc_(?:agent|user|index|session|project)Id_title_contentHash_key$/u.test(violated(thrown) ?? ""))
      throw thrown;
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
  if (!doc || !reachesOwner(scope, doc.owner)) throw notFound("doc", id);
  return doc;
}

/** The docs of an agent or a user; none where there is no such owner. Throws "not-found" for one out of reach. */
export async function listDocs(
  scope: Scope,
  owner: DocOwner,
  page: OffsetPage,
  withEmbeddings: boolean,
): Promise<Doc[]> {
  checkReachesOwner(scope, owner);
  return db.listDocs(scope.database, scope.accountId, owner, page, withEmbeddings);
}

/** Searches the docs of one owner: see `searchDocs`. Throws "not-found" for an owner out of reach. */
export async function searchDocsOf(
  scope: Scope,
  owner: DocOwner,
  query: SearchQuery,
  options: SearchOptions,
): Promise<readonly DocHit[]> {
  checkReachesOwner(scope, owner);
  const { role, id } = owner;
  return (await searchDocs(scope, { agentIds: [], userIds: [], [`${role}Ids`]: [id] }, query, options)).hits;
}

/** Deletes a doc of one owner. Throws "not-found". */
export async function deleteDoc(scope: Scope, owner: DocOwner, id: string): Promise<void> {
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  const isGone = isId(id) && (await db.deleteDoc(scope.database, scope.accountId, owner, id));
  if (!isGone) throw notFound("doc", id);
  await dropUnusedFiles(scope);
}

/** Deletes the docs of one owner whose metadata contains `filter`; an empty filter deletes all. Gives their ids. */
export async function deleteDocs(
  scope: Scope,
  owner: DocOwner,
  filter: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  const ids = await db.deleteDocs(scope.database, scope.accountId, owner, filter);
  if (ids.length > 0) await dropUnusedFiles(scope);
  return ids;
}
