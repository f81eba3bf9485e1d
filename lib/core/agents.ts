import { ensureDefaultAgent, findDefaults } from "../db/agents.ts";
import { newId } from "../domain/ids.ts";
import { PLAIN_TEMPLATE } from "./render/templates.ts";
import type { Scope } from "./scope.ts";

/** The account's default agent and project. They are made at the first ask. */
export async function defaults(
  scope: Pick<Scope, "database" | "accountId">,
): Promise<{ readonly agentId: string; readonly projectId: string }> {
  const found = await findDefaults(scope.database, scope.accountId);
  if (found) return found;
  return ensureDefaultAgent(scope.database, scope.accountId, { agentId: newId(), projectId: newId() }, PLAIN_TEMPLATE);
}
