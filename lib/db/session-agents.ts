import { z } from "zod";
import type { SessionWithAgents } from "../domain/session.ts";
import { AGENT_SELECT, AgentJson } from "./agents.ts";
import type { Database } from "./database.ts";
import { SESSION_SELECT, type SessionKey, toSession } from "./sessions.ts";
import { rows } from "./sql.ts";
import { together } from "./together.ts";

const Agents = z.array(AgentJson);

/**
 * A session of the account with its agents, in their order, or null: what every turn begins with, in one look, since a
 * look costs the embedded database more than what it finds. One that has expired is gone.
 */
export const findSessionWithAgents = (
  database: Database,
  accountId: string,
  id: string,
): Promise<SessionWithAgents | null> => findTogether(database, { accountId, id });

const SELECT = SESSION_SELECT.replace(
  "select",
  `select s."accountId", (select json_agg(a order by a.position) from (
     ${AGENT_SELECT.replace("select", "select x.position,")} join "SessionAgent" x on x."agentId" = a.id
     where x."sessionId" = s.id and a."accountId" = s."accountId") a) as agents,`,
);

const findTogether = together(async (database, keys: readonly SessionKey[]) => {
  const found = await rows<{ id: string; accountId: string; agents: unknown }>(
    database,
    `${SELECT} where s.id = any($1::uuid[]) and s."accountId" = any($2::uuid[])
       and (s."expiresAt" is null or s."expiresAt" > now())`,
    [keys.map(({ id }) => id), keys.map(({ accountId }) => accountId)],
  );
  const known = new Map(found.map((row) => [`${row.accountId} ${row.id}`, row]));
  return keys.map(({ accountId, id }) => {
    const row = known.get(`${accountId} ${id.toLowerCase()}`);
    return row ? { session: toSession(row), agents: Agents.parse(row.agents ?? []) } : null;
  });
});
