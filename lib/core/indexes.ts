import * as db from "../db/indexes.ts";
import { notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { checkedIndexIds } from "./agent-index-ids.ts";
import { getAgent } from "./agents.ts";
import { dropUnusedFiles } from "./files.ts";
import { within } from "./maxima.ts";
import { checkMayEdit, checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";

export type Index = db.IndexDetails;

/** Indexes of the account, newest first; of one project where it is given. Throws as `checkReachesAccount`. */
export async function listIndexes(
  scope: Scope,
  projectId: string | null,
  page: { readonly offset: number; readonly limit: number },
): Promise<Index[]> {
  checkReachesAccount(scope);
  return db.listIndexes(scope.database, scope.accountId, { projectId, ids: null }, page);
}

/** An index of the account, in one project where it is given. Throws "not-found", for an id that cannot be one too. */
export async function getIndex(scope: Scope, projectId: string | null, id: string): Promise<Index> {
  checkReachesAccount(scope);
  const [index] = isId(id) ? await indexesOf(scope, projectId, [id]) : [];
  if (!index) throw notFound("index", id);
  return index;
}

const indexesOf = (scope: Scope, projectId: string | null, ids: readonly string[]): Promise<Index[]> =>
  db.listIndexes(scope.database, scope.accountId, { projectId, ids }, { offset: 0, limit: ids.length });

/** Makes an empty index. Throws for their number as `takePlace`. */
export async function createIndex(
  scope: Scope,
  projectId: string,
  index: Pick<Index, "name" | "description">,
): Promise<Index> {
  checkReachesAccount(scope);
  const id = newId();
  const { name, description } = index;
  const row = { id, projectId, name, description };
  await within(scope, "indexes", () => db.insertIndex(scope.database, scope.accountId, row));
  return getIndex(scope, projectId, id);
}

/** Sets what an index is called, as far as it is given, and gives it. Throws "not-found". */
export async function renameIndex(
  scope: Scope,
  projectId: string | null,
  id: string,
  fields: Partial<Pick<Index, "name" | "description">>,
): Promise<Index> {
  const index = await getIndex(scope, projectId, id);
  await db.updateIndex(scope.database, scope.accountId, index.id, fields);
  return getIndex(scope, projectId, id);
}

/** Deletes an index with its documents, in one project where it is given. Throws "not-found". */
export async function deleteIndex(scope: Scope, projectId: string | null, id: string): Promise<void> {
  checkReachesAccount(scope);
  const isGone = isId(id) && (await db.deleteIndex(scope.database, scope.accountId, projectId, id));
  if (!isGone) throw notFound("index", id);
  await dropUnusedFiles(scope);
}

/** The ids among these that are indexes of the project, in no order; texts that cannot be ids are none. */
export const knownIndexIds = (scope: Scope, projectId: string, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  db.knownIndexIds(scope.database, scope.accountId, projectId, ids.filter(isId));

/** The indexes of an agent, in their order. Throws "not-found" for the agent. */
export async function listAgentIndexes(scope: Scope, agentId: string): Promise<Index[]> {
  const { indexIds } = await getAgent(scope, agentId);
  if (indexIds.length === 0) return [];
  const found = new Map((await indexesOf(scope, null, indexIds)).map((index) => [index.id, index]));
  return indexIds.flatMap((id) => found.get(id) ?? []);
}

/**
 * Gives an agent its indexes, in this order: what is in them is recalled for it. Throws "not-found" for the agent, and
 * as `checkedIndexIds` and `checkMayEdit`.
 */
export async function setAgentIndexes(scope: Scope, agentId: string, indexIds: readonly string[]): Promise<void> {
  const agent = await getAgent(scope, agentId);
  checkMayEdit(scope);
  const ids = await checkedIndexIds(scope, indexIds);
  await db.setAgentIndexes(scope.database, scope.accountId, agent.id, ids);
}
