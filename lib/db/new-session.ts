import { type Connection, jsonOrNull, rows } from "./sql.ts";

/** What can be set of a session at any time. */
export type SessionSettings = {
  readonly situation: string | null;
  readonly systemTemplate: string | null;
  readonly renderTemplates: boolean;
  readonly tokenBudget: number | null;
  readonly contextOverflow: string | null;
  readonly autoRunTools: boolean;
  readonly forwardToolCalls: boolean;
  readonly recallOptions: unknown;
  readonly metadata: unknown;
};

export type NewSession = SessionSettings & {
  readonly id: string;
  readonly branchId: string;
  readonly projectId: string;
  readonly origin: string;
  readonly sharedAccess: string;
  readonly agentIds: readonly string[];
  readonly userIds: readonly string[];
  readonly indexIds: readonly string[];
};

/** Inserts a session with its first, empty branch. The participants must be the account's own. */
export async function insertSession(database: Connection, accountId: string, session: NewSession): Promise<void> {
  await rows(
    database,
    `with session as (
       insert into "Session" (id, "accountId", "projectId", origin, situation, "systemTemplate", "renderTemplates",
         "tokenBudget", "contextOverflow", "autoRunTools", "forwardToolCalls", "recallOptions", metadata, "sharedAccess",
         "activeBranchId")
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id
     ), branch as (
       insert into "Branch" (id, "sessionId", path) select $15, id, '[]' from session
     ), agents as (
       insert into "SessionAgent" select session.id, a.id, a.n from session, unnest($16::uuid[]) with ordinality a(id, n)
     ), users as (
       insert into "SessionUser" select session.id, u.id, u.n from session, unnest($17::uuid[]) with ordinality u(id, n)
     )
     insert into "SessionIndex" select session.id, i.id, i.n from session, unnest($18::uuid[]) with ordinality i(id, n)`,
    [
      session.id,
      accountId,
      session.projectId,
      session.origin,
      session.situation,
      session.systemTemplate,
      session.renderTemplates,
      session.tokenBudget,
      session.contextOverflow,
      session.autoRunTools,
      session.forwardToolCalls,
      jsonOrNull(session.recallOptions),
      jsonOrNull(session.metadata),
      session.sharedAccess,
      session.branchId,
      session.agentIds,
      session.userIds,
      session.indexIds,
    ],
  );
}
