import type { z } from "zod";
import type { Scope } from "../core/scope.ts";
import { getSession, getSessionWithAgents } from "../core/sessions.ts";
import { findAgents } from "../db/agents.ts";
import { findRun } from "../db/runs.ts";
import type { SessionSummary } from "../dialects/llamacloud/answers.ts";
import { encodeSummary, inProject, projectOf, type ScopeQuery } from "../dialects/llamacloud/index.ts";
import { notFound } from "../domain/errors.ts";
import type { Session, SessionWithAgents } from "../domain/session.ts";

type Query = z.output<typeof ScopeQuery>;

/** The session that a LlamaCloud path names, in the project that the call is about. */
export async function sessionOf(scope: Scope, query: Query, id: string): Promise<Session> {
  return checked(scope, query, await getSession(scope, id));
}

/** As `sessionOf`, with the session's agents. */
export async function sessionWithAgentsOf(scope: Scope, query: Query, id: string): Promise<SessionWithAgents> {
  const found = await getSessionWithAgents(scope, id);
  await checked(scope, query, found.session);
  return found;
}

async function checked(scope: Scope, query: Query, session: Session): Promise<Session> {
  const isNamed = query.project_id !== undefined || query.organization_id !== undefined;
  if (isNamed) return inProject(session, await projectOf(scope, query));
  if (scope.via === "key" && !session.isInDefaultProject) throw notFound("session", session.id);
  return session;
}

/** A session as the summary endpoint answers it, with details where the call asks for them. */
export async function summaryOf(scope: Scope, query: Query, session: Session): Promise<SessionSummary> {
  if (!query.details) return encodeSummary(session, null);
  const [[agent], running] = await Promise.all([
    findAgents(scope.database, scope.accountId, session.agentIds.slice(0, 1)),
    session.runningRunId === null ? null : findRun(scope.database, scope.accountId, session.runningRunId),
  ]);
  return encodeSummary(session, { agent: agent ?? null, running: running?.run ?? null });
}
