import { z } from "zod";
import { AGENT_COLUMNS, AgentRow } from "./agents.ts";
import { SEGMENTS } from "./messages.ts";
import { SESSION_COLUMNS, SessionRow, SettingsRow } from "./session-row.ts";
import { statement, unseen } from "./statement.ts";

// By hand, since half of a session's columns are computed, and since a turn begins with one look at all of them.

const OwnedRow = SessionRow.extend({ accountId: z.string() });

/** Sessions by their ids, of several accounts at once; those that have expired are gone. */
export const findSessionRows = statement({
  name: "find-sessions",
  text: `select s."accountId", ${SESSION_COLUMNS} from "Session" s
    where s.id = any(${unseen("$1", "uuid[]")}) and s."accountId" = any(${unseen("$2", "uuid[]")})
      and (s."expiresAt" is null or s."expiresAt" > now())`,
  parameters: { ids: "uuid[]", accountIds: "uuid[]" },
  row: OwnedRow,
});

const Agents = z.array(AgentRow.extend({ createdAt: z.coerce.date(), updatedAt: z.coerce.date() }));

/** As `find-sessions`, with their agents in their order: what every turn begins with. */
export const findSessionsWithAgentsRows = statement({
  name: "find-sessions-with-agents",
  text: `select s."accountId", ${SESSION_COLUMNS},
      (select json_agg(a order by a.position) from (
         select x.position, ${AGENT_COLUMNS} from "Agent" a join "Project" p on p.id = a."projectId"
         join "SessionAgent" x on x."agentId" = a.id where x."sessionId" = s.id and a."accountId" = s."accountId") a) as agents
    from "Session" s where s.id = any(${unseen("$1", "uuid[]")}) and s."accountId" = any(${unseen("$2", "uuid[]")})
      and (s."expiresAt" is null or s."expiresAt" > now())`,
  parameters: { ids: "uuid[]", accountIds: "uuid[]" },
  row: OwnedRow.extend({ agents: Agents.nullable() }),
});

/**
 * Which sessions of an account a list has, the latest change first, then by id, behind a place in that order. Those of
 * programs in which nothing is said yet are left out where it is asked for: see `isListed`.
 */
export const listSessionRows = statement({
  name: "list-sessions",
  text: `select s.id, s."updatedAt" from "Session" s where s."accountId" = $1 and ($2::uuid is null or s."projectId" = $2)
      and ($3::timestamptz is null or (s."updatedAt", s.id) < ($3::timestamptz, $4::uuid))
      and ($5::bool is null or s.archived = $5) and ($6::timestamptz is null or s."updatedAt" >= $6)
      and (s."expiresAt" is null or s."expiresAt" > now())
      and ($8 or s.origin = 'web' or exists (
          select 1 from "Branch" b where b.id = s."activeBranchId" and b."nextPosition" > 0)
        or exists (select 1 from "Run" r where r."sessionId" = s.id and r.status = 'running' and r.stores))
      and ($9::text is null or strpos(lower(s.title), lower($9)) > 0)
    order by s."updatedAt" desc, s.id desc limit $7`,
  parameters: {
    accountId: "uuid",
    projectId: "uuid?",
    afterTime: "timestamptz?",
    afterId: "uuid?",
    archived: "bool?",
    changedSince: "timestamptz?",
    limit: "int8",
    withEmpty: "bool",
    titlePart: "text?",
  },
  row: z.object({ id: z.string(), updatedAt: z.date() }),
});

/**
 * Sets a title where the present one's source ranks no higher. By hand, since the time of a change is the database's:
 * lists are read by it.
 */
export const setTitleRow = statement({
  name: "set-title",
  text: `update "Session" set title = $3, "titleSource" = $4, "updatedAt" = case when $5 then now() else "updatedAt" end
    where id = $1 and "accountId" = $2
      and array_position(array['none', 'fallback', 'model', 'person'], "titleSource")
        <= array_position(array['none', 'fallback', 'model', 'person'], $4::text)
      and ($6::uuid is null or exists (select 1 from "Branch" b where b.id = $6 and b."sessionId" = "Session".id))
    returning id`,
  parameters: { id: "uuid", accountId: "uuid", title: "text", source: "text", moves: "bool", branchId: "uuid?" },
  row: z.object({ id: z.string() }),
});

/** The settings of a session, held until the end of the transaction. */
export const holdSettings = statement({
  name: "hold-settings",
  text: `select situation, "systemTemplate", "renderTemplates", "tokenBudget", "contextOverflow", "autoRunTools",
      "forwardToolCalls", "recallOptions", metadata
    from "Session" where id = $1 and "accountId" = $2 for no key update`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: SettingsRow,
});

/** Sets all settings of a session and moves it to the front, by the database's time. */
export const setSettingsRow = statement({
  name: "set-settings",
  text: `update "Session" set situation = $3, "systemTemplate" = $4, "renderTemplates" = $5, "tokenBudget" = $6,
      "contextOverflow" = $7, "autoRunTools" = $8, "forwardToolCalls" = $9, "recallOptions" = $10, metadata = $11,
      "updatedAt" = now() where id = $1 and "accountId" = $2 returning id`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    situation: "text?",
    systemTemplate: "text?",
    renderTemplates: "bool",
    tokenBudget: "int4?",
    contextOverflow: "text?",
    autoRunTools: "bool",
    forwardToolCalls: "bool",
    recallOptions: "jsonb",
    metadata: "jsonb",
  },
  row: z.object({ id: z.string() }),
});

/** Adds agents and users behind those that a session has, in the order given: how turns bring their agent along. */
export const addParticipantRows = statement({
  name: "add-participants",
  text: `with users as (
      insert into "SessionUser" ("sessionId", "userId", position)
      select $1, u.id, u.n + (select coalesce(max(position), 0) from "SessionUser" where "sessionId" = $1)
      from unnest($3::uuid[]) with ordinality u(id, n) on conflict do nothing
    )
    insert into "SessionAgent" ("sessionId", "agentId", position)
    select $1, a.id, a.n + (select coalesce(max(position), 0) from "SessionAgent" where "sessionId" = $1)
    from unnest($2::uuid[]) with ordinality a(id, n) on conflict do nothing`,
  parameters: { sessionId: "uuid", agentIds: "uuid[]", userIds: "uuid[]" },
});

/** Takes every agent but one out of a session, at the first turn of it. */
export const keepOneAgentRow = statement({
  name: "keep-one-agent",
  text: `delete from "SessionAgent" where "sessionId" = $1 and "agentId" <> $2`,
  parameters: { sessionId: "uuid", agentId: "uuid" },
});

/**
 * Adds a summary to a session: to the branch of a line that holds the position. Nothing happens where it or its branch
 * is gone meanwhile.
 */
export const insertSummaryRow = statement({
  name: "insert-summary",
  text: `insert into "Summary" (id, "sessionId", "branchId", "uptoPosition", text, replaces)
    select $1, s.id, seg."branchId", $4, $5, $6 from "Session" s join "Branch" b on b."sessionId" = s.id ${SEGMENTS}
    where s.id = $2 and b.id = $3 and $4::int between seg."from" and seg."to"`,
  parameters: {
    id: "uuid",
    sessionId: "uuid",
    branchId: "uuid",
    uptoPosition: "int4",
    text: "text",
    replaces: "bool",
  },
});

/** Deletes a session with all that hangs on it. */
export const deleteSessionRow = statement({
  name: "delete-session",
  text: `delete from "Session" where id = $1 and "accountId" = $2 returning id`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: z.object({ id: z.string() }),
});
