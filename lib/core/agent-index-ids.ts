import { knownIndexIds } from "../db/indexes.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** An agent has so many indexes, and a turn may name so many: it has those of its agent besides. */
export const MOST_INDEXES = 10;

/**
 * The indexes that an agent is to have, each once and in small letters.
 *
 * Throws "not-found" for one that is not the account's, "bad-request" for too many, and "forbidden" where the caller
 * does not reach the account: a key of one agent takes none of its indexes.
 */
export async function checkedIndexIds(scope: Scope, indexIds: readonly string[]): Promise<string[]> {
  const ids = [...new Set(indexIds.map((id) => id.toLowerCase()))];
  if (ids.length > 0) checkReachesAccount(scope);
  if (ids.length > MOST_INDEXES) throw new ChatError("bad-request", `An agent has at most ${MOST_INDEXES} indexes`);
  const known = await knownIndexIds(scope.database, scope.accountId, null, ids.filter(isId));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound("index", unknown);
  return ids;
}
