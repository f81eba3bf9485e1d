import { z } from "zod";
import type { SessionWithAgents } from "../domain/session.ts";
import { AGENT_SELECT, AgentJson } from "./agents.ts";
import type { Database } from "./database.ts";
import { sessionFinder, toSession } from "./sessions.ts";

const Agents = z.array(AgentJson);

const AGENTS = `(select json_agg(a order by a.position) from (
  ${AGENT_SELECT.replace("select", "select x.position,")} join "SessionAgent" x on x."agentId" = a.id
  where x."sessionId" = s.id and a."accountId" = s."accountId") a) as agents`;

const findTogether = sessionFinder([AGENTS], (row) => ({
  session: toSession(row),
  agents: Agents.parse(row.agents ?? []),
}));

/**
 * A session of the account with its agents, in their order, or null: what every turn begins with, in one look, since a
 * look costs the embedded database more than what it finds. One that has expired is gone.
 */
export const findSessionWithAgents = (
  database: Database,
  accountId: string,
  id: string,
): Promise<SessionWithAgents | null> => findTogether(database, { accountId, id });
