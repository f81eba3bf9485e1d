import { statement } from "./statement.ts";

/** Inserts a session with its first, empty branch and what it is bound to. By hand, since turns make sessions. */
export const insertSessionRow = statement({
  name: "insert-session",
  text: `with session as (
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
     ), living as materialized (
       -- Held: one that is deleted meanwhile is left out.
       select id from "Index" where id = any($18::uuid[]) order by id for key share
     )
     insert into "SessionIndex" select session.id, i.id, i.n from session, unnest($18::uuid[]) with ordinality i(id, n)
     join living on living.id = i.id`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    projectId: "uuid",
    origin: "text",
    situation: "text?",
    systemTemplate: "text?",
    renderTemplates: "bool",
    tokenBudget: "int4?",
    contextOverflow: "text?",
    autoRunTools: "bool",
    forwardToolCalls: "bool",
    recallOptions: "jsonb",
    metadata: "jsonb",
    sharedAccess: "text",
    branchId: "uuid",
    agentIds: "uuid[]",
    userIds: "uuid[]",
    indexIds: "uuid[]",
  },
});
