import { dialectScopes, EDIT, READ_ONLY } from "../domain/api-key.ts";
import type { DocOwner } from "../domain/doc.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Scope } from "./scope.ts";

type Reach = Pick<Scope, "onlyAgentId" | "stranger">;

/**
 * Throws "forbidden" where the caller does not reach the account: with a key of one agent, and as a stranger of a
 * public bot. Sessions, users, jobs and the making of agents are the account's.
 */
export function checkReachesAccount({ onlyAgentId, stranger }: Reach): void {
  if (stranger != null) throw new ChatError("forbidden", "A public bot answers, and gives nothing else of its account");
  if (onlyAgentId != null) throw new ChatError("forbidden", "This API key reaches one agent only");
}

/** Whether the caller reaches the agent of an id, if the account has it; never for an id that cannot be one. */
export const reachesAgent = ({ onlyAgentId, stranger }: Reach, id: string): boolean =>
  isId(id) && stranger == null && (onlyAgentId == null || onlyAgentId === id.toLowerCase());

/** Whether the caller reaches the docs of an owner. */
export function reachesOwner(scope: Reach, { role, id }: DocOwner): boolean {
  const reachesAccount = scope.onlyAgentId == null && scope.stranger == null;
  return reachesAccount || (role === "agent" && reachesAgent(scope, id));
}

/** Throws "not-found" for an owner whose docs the caller does not reach, as if there were none. */
export function checkReachesOwner(scope: Reach, owner: DocOwner): void {
  if (!reachesOwner(scope, owner)) throw notFound(owner.role, owner.id);
}

/**
 * Whether a caller may change agents that it reaches, with their tools and docs: a key of one agent with "edit" alone.
 */
export const mayEdit = ({ onlyAgentId, keyScopes = [] }: Pick<Scope, "onlyAgentId" | "keyScopes">): boolean =>
  onlyAgentId == null || keyScopes.includes(EDIT);

/** Throws "forbidden" where `mayEdit` is false. */
export function checkMayEdit(scope: Pick<Scope, "onlyAgentId" | "keyScopes">): void {
  if (mayEdit(scope)) return;
  throw new ChatError("forbidden", `This API key asks its agent and reads it. Changing it takes the scope "${EDIT}".`);
}

/** Whether a key that is narrowed to `scopes` reaches a dialect. */
export function reachesDialect(scopes: readonly string[], dialect: string): boolean {
  const dialects = dialectScopes(scopes);
  return dialects.length === 0 || dialects.includes(dialect);
}

/** Whether a caller may read the secrets of tools: not with a key that only reads, nor with one of a single agent. */
export const seesSecrets = ({
  keyScopes = [],
  onlyAgentId = null,
}: Pick<Scope, "keyScopes" | "onlyAgentId">): boolean => onlyAgentId === null && !keyScopes.includes(READ_ONLY);
