import * as db from "../db/accounts.ts";
import type { ApiKey, Grant } from "../domain/api-key.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { getAgent } from "./agents.ts";
import { within } from "./maxima.ts";
import type { Scope } from "./scope.ts";

export type ApiKeyInput = Grant & { readonly name: string; readonly expiresAt: Date | null };

/** The account's keys that are not revoked, the latest first. */
export const listApiKeys = (scope: Scope): Promise<ApiKey[]> => db.listApiKeys(scope.database, scope.accountId);

/**
 * Enters a new key of the account and gives it as its holder sees it. `text` is what is stored of the key itself.
 *
 * Throws "forbidden" for a guest, "not-found" for the agent, and for the number of keys as `takePlace`.
 */
export async function createApiKey(
  scope: Scope,
  input: ApiKeyInput,
  text: { readonly hash: string; readonly hint: string },
): Promise<ApiKey> {
  const { database, accountId } = scope;
  const account = await db.findAccount(database, accountId);
  if (account?.kind !== "person") {
    throw new ChatError("forbidden", "A guest has no API keys. Make an account first; your sessions stay.");
  }
  if (input.agentId !== null) await getAgent(scope, input.agentId);
  const id = newId();
  await within(scope, "keys", () => db.insertApiKey(database, { ...input, ...text, id, accountId }));
  const made = (await db.listApiKeys(database, accountId)).find((key) => key.id === id);
  if (!made) throw notFound("key", id);
  return made;
}

/** Revokes a key for good. Throws "not-found". */
export async function revokeApiKey(scope: Scope, id: string): Promise<void> {
  const isRevoked = isId(id) && (await db.revokeApiKey(scope.database, scope.accountId, id));
  if (!isRevoked) throw notFound("key", id);
}
