import * as db from "../db/indexes.ts";
import { notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import type { Scope } from "./scope.ts";

export type Index = db.IndexRow;

/** The indexes of a project of the account, newest first. */
export const listIndexes = (scope: Scope, projectId: string): Promise<Index[]> =>
  db.listIndexes(scope.database, scope.accountId, projectId);

/** An index of a project of the account. Throws "not-found", for an id that cannot be one too. */
export async function getIndex(scope: Scope, projectId: string, id: string): Promise<Index> {
  const index = isId(id) ? await db.findIndex(scope.database, scope.accountId, projectId, id) : null;
  if (!index) throw notFound("index", id);
  return index;
}

/** Makes an empty index. */
export const createIndex = (
  scope: Scope,
  projectId: string,
  index: Pick<Index, "name" | "description">,
): Promise<Index> => db.insertIndex(scope.database, scope.accountId, { id: newId(), projectId, ...index });

/** Deletes an index with its documents. Throws "not-found". */
export async function deleteIndex(scope: Scope, projectId: string, id: string): Promise<void> {
  const isGone = isId(id) && (await db.deleteIndex(scope.database, scope.accountId, projectId, id));
  if (!isGone) throw notFound("index", id);
}

/** The ids among these that are indexes of the project, in no order; texts that cannot be ids are none. */
export const knownIndexIds = (scope: Scope, projectId: string, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  db.knownIndexIds(scope.database, scope.accountId, projectId, ids.filter(isId));
