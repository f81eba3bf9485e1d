import type { SessionWithAgents } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { finderOf } from "./sessions.ts";
import { findSessionsWithAgentsRows } from "./sql/sessions.ts";

const findTogether = finderOf(findSessionsWithAgentsRows);

/**
 * A session of the account with its agents, in their order, or null: what every turn begins with, in one look, since a
 * look costs the embedded database more than what it finds. One that has expired is gone.
 */
export async function findSessionWithAgents(
  database: Database,
  accountId: string,
  id: string,
): Promise<SessionWithAgents | null> {
  const found = await findTogether(database, { accountId, id });
  if (!found) return null;
  const { accountId: _, agents, ...session } = found;
  return { session, agents: agents ?? [] };
}
