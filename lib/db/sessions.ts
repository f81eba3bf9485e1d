import { z } from "zod";
import type { Session, TitleSource } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { SEGMENTS } from "./messages.ts";
import type { SessionSettings } from "./new-session.ts";
import { type OffsetPage, pageSql } from "./page.ts";
import { runJson, toRun } from "./runs.ts";
import { againOnDeadlock, jsonOrNull, rows } from "./sql.ts";
import { together } from "./together.ts";

const Json = z.record(z.string(), z.unknown());
const SessionRow = z.object({
  id: z.string(),
  projectId: z.string(),
  isInDefaultProject: z.boolean(),
  origin: z.string(),
  situation: z.string().nullable(),
  systemTemplate: z.string().nullable(),
  renderTemplates: z.boolean(),
  tokenBudget: z.number().nullable(),
  contextOverflow: z.enum(["truncate", "adaptive"]).nullable(),
  autoRunTools: z.boolean(),
  forwardToolCalls: z.boolean(),
  recallOptions: Json.nullable(),
  metadata: Json.nullable(),
  sharedAccess: z.string(),
  title: z.string().nullable(),
  titleSource: z.enum(["none", "fallback", "model", "person"]),
  pinned: z.boolean(),
  archived: z.boolean(),
  indexesLockedAt: z.date().nullable(),
  activeBranchId: z.string(),
  nextPosition: z.number(),
  agentIds: z.array(z.string()),
  userIds: z.array(z.string()),
  indexIds: z.array(z.string()),
  lastRun: z.unknown().transform((run) => (run === null ? null : toRun(run))),
  runningRunId: z.string().nullable(),
  summary: z.object({ text: z.string(), uptoPosition: z.number(), questions: z.number() }).nullable(),
  replacement: z
    .object({ id: z.string(), text: z.string(), uptoPosition: z.number(), createdAt: z.coerce.date() })
    .nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

const joined = (table: string, column: string) =>
  `coalesce((select json_agg(x."${column}" order by x.position) from "${table}" x where x."sessionId" = s.id), '[]')`;

/** The latest summary that stands for the beginning of a session's active line; `session` is the alias of its table. */
const replacementOf = (session: string) => `(
  select json_build_object('id', u.id, 'text', u.text, 'uptoPosition', u."uptoPosition", 'createdAt', u."createdAt")
  from "Branch" b ${SEGMENTS} join "Summary" u on u."branchId" = seg."branchId" and u.replaces
    and u."uptoPosition" between seg."from" and seg."to"
  where b.id = ${session}."activeBranchId" order by u."uptoPosition" desc limit 1)`;

const SELECT = `select s.id, s."projectId",
  (select p."isDefault" from "Project" p where p.id = s."projectId") as "isInDefaultProject", s.origin, s.situation, s."systemTemplate", s."renderTemplates", s."tokenBudget",
  s."contextOverflow", s."autoRunTools", s."forwardToolCalls", s."recallOptions", s.metadata, s."sharedAccess", s.title,
  s."titleSource", s.pinned, s.archived, s."indexesLockedAt", s."activeBranchId", s."createdAt", s."updatedAt",
  ${joined("SessionAgent", "agentId")} as "agentIds", ${joined("SessionUser", "userId")} as "userIds",
  ${joined("SessionIndex", "indexId")} as "indexIds",
  (select ${runJson("r")} from "Run" r where r.id = s."lastRunId") as "lastRun",
  (select r.id from "Run" r where r."sessionId" = s.id and r.status = 'running' and r.stores) as "runningRunId",
  (select json_build_object('text', u.text, 'uptoPosition', u."uptoPosition", 'questions', (
     select count(*)::int from "Branch" b ${SEGMENTS} join "Message" m on m."branchId" = seg."branchId"
       and m.position between seg."from" and least(seg."to", u."uptoPosition")
     where b.id = u."branchId" and m.role = 'user'))
   from "Summary" u where u."sessionId" = s.id order by u."createdAt" desc, u.id desc limit 1) as summary,
  (select a."nextPosition" from "Branch" a where a.id = s."activeBranchId") as "nextPosition",
  case when s."contextOverflow" is null then null else ${replacementOf("s")} end as replacement
  from "Session" s`;

export const toSession = (row: unknown): Session => SessionRow.parse(row);

type SessionKey = { readonly accountId: string; readonly id: string };

/**
 * A way to find a session of an account by its id, or null; those that are asked for at once are read together. One that
 * has expired is gone. `columns` are read besides a session's own, and `read` makes of a row what is given.
 */
export const sessionFinder = <Found>(
  columns: readonly string[],
  read: (row: Readonly<Record<string, unknown>>) => Found,
) => {
  const select = SELECT.replace("select", `select ${['s."accountId"', ...columns].join(", ")},`);
  return together(async (database, keys: readonly SessionKey[]) => {
    const found = await rows(
      database,
      `${select} where s.id = any($1::uuid[]) and s."accountId" = any($2::uuid[])
         and (s."expiresAt" is null or s."expiresAt" > now())`,
      [keys.map(({ id }) => id), keys.map(({ accountId }) => accountId)],
    );
    const sessions = new Map(found.map((row) => [`${row.accountId} ${row.id}`, read(row)]));
    return keys.map(({ accountId, id }) => sessions.get(`${accountId} ${id.toLowerCase()}`) ?? null);
  });
};

const findTogether = sessionFinder([], toSession);

/** A session of the account, or null. One that has expired is gone. */
export const findSession = (database: Database, accountId: string, id: string): Promise<Session | null> =>
  findTogether(database, { accountId, id });

/** Where a page of sessions begins: after the session with this time (ISO 8601) and id. */
export type SessionCursor = { readonly updatedAt: string; readonly id: string };

/** Sessions of the account, latest change first, then by id. `projectId` null: of every project. */
export async function listSessions(
  database: Database,
  accountId: string,
  filter: {
    readonly projectId: string | null;
    readonly after: SessionCursor | null;
    readonly changedSince?: Date;
    readonly withArchived: boolean;
    readonly limit: number;
  },
): Promise<Session[]> {
  const found = await rows(
    database,
    `${SELECT} where s."accountId" = $1 and ($2::uuid is null or s."projectId" = $2)
       and ($3::timestamptz is null or (s."updatedAt", s.id) < ($3::timestamptz, $4::uuid))
       and ($5 or not s.archived) and ($7::timestamptz is null or s."updatedAt" >= $7)
       and (s."expiresAt" is null or s."expiresAt" > now())
     order by s."updatedAt" desc, s.id desc limit $6`,
    [
      accountId,
      filter.projectId,
      filter.after?.updatedAt ?? null,
      filter.after?.id ?? null,
      filter.withArchived,
      filter.limit,
      filter.changedSince ?? null,
    ],
  );
  return found.map(toSession);
}

/** Sessions of the account by offset. */
export async function listSessionsByOffset(
  database: Database,
  accountId: string,
  page: OffsetPage,
): Promise<Session[]> {
  const { sql, values } = pageSql("s", page, [accountId]);
  const found = await rows(
    database,
    `${SELECT} where s."accountId" = $1 and (s."expiresAt" is null or s."expiresAt" > now()) ${sql}`,
    values,
  );
  return found.map(toSession);
}

/** The sessions of the account among these ids, in no order. */
export async function listSessionsById(
  database: Database,
  accountId: string,
  ids: readonly string[],
): Promise<Session[]> {
  const found = await rows(
    database,
    `${SELECT} where s."accountId" = $1 and s.id = any($2::uuid[]) and (s."expiresAt" is null or s."expiresAt" > now())`,
    [accountId, ids],
  );
  return found.map(toSession);
}

/** Deletes a session of the account with all that hangs on it. Gives whether there was one, and its running run. */
export async function deleteSession(
  database: Database,
  accountId: string,
  id: string,
): Promise<{ readonly runningRunId: string | null } | null> {
  const [row] = await againOnDeadlock(() =>
    rows<{ run: string | null }>(
      database,
      `with run as (select id from "Run" where "sessionId" = $1 and status = 'running' and stores),
       gone as (delete from "Session" where id = $1 and "accountId" = $2 returning id)
     select (select id from run) as run from gone`,
      [id, accountId],
    ),
  );
  return row ? { runningRunId: row.run } : null;
}

/**
 * Sets the title where its present source ranks no higher than the new one. Gives whether it was set.
 *
 * `moves`: whether the session moves to the front of the list.
 */
export async function setTitle(
  database: Database,
  accountId: string,
  id: string,
  title: string,
  source: TitleSource,
  moves: boolean,
): Promise<boolean> {
  const set = await rows(
    database,
    `update "Session" set title = $3, "titleSource" = $4, "updatedAt" = case when $5 then now() else "updatedAt" end
     where id = $1 and "accountId" = $2
       and array_position(array['none', 'fallback', 'model', 'person'], "titleSource")
         <= array_position(array['none', 'fallback', 'model', 'person'], $4::text) returning id`,
    [id, accountId, title, source, moves],
  );
  return set.length > 0;
}

/** Sets flags of a session. Gives whether there is one. */
export async function setFlags(
  database: Database,
  accountId: string,
  id: string,
  flags: { readonly pinned?: boolean; readonly archived?: boolean; readonly metadata?: unknown },
): Promise<boolean> {
  const set = await rows(
    database,
    `update "Session" set pinned = coalesce($3, pinned), archived = coalesce($4, archived), metadata = coalesce($5, metadata)
     where id = $1 and "accountId" = $2 returning id`,
    [id, accountId, flags.pinned ?? null, flags.archived ?? null, jsonOrNull(flags.metadata)],
  );
  return set.length > 0;
}

/** Adds a summary of the active branch up to a position. */
export async function insertSummary(
  database: Database,
  summary: {
    readonly id: string;
    readonly sessionId: string;
    readonly branchId: string;
    readonly uptoPosition: number;
    readonly text: string;
    /** Whether prompts hold it instead of the messages up to there. */
    readonly replaces: boolean;
  },
): Promise<void> {
  await rows(
    database,
    `insert into "Summary" (id, "sessionId", "branchId", "uptoPosition", text, replaces)
     select $1, id, $3, $4, $5, $6 from "Session" where id = $2`,
    [summary.id, summary.sessionId, summary.branchId, summary.uptoPosition, summary.text, summary.replaces],
  );
}

/** Sets all settings of a session of the account and moves it to the front. Gives whether there is one. */
export async function setSettings(
  database: Database,
  accountId: string,
  id: string,
  settings: SessionSettings,
): Promise<boolean> {
  const set = await rows(
    database,
    `update "Session" set situation = $3, "systemTemplate" = $4, "renderTemplates" = $5, "tokenBudget" = $6,
       "contextOverflow" = $7, "autoRunTools" = $8, "forwardToolCalls" = $9, "recallOptions" = $10, metadata = $11,
       "updatedAt" = now() where id = $1 and "accountId" = $2 returning id`,
    [
      id,
      accountId,
      settings.situation,
      settings.systemTemplate,
      settings.renderTemplates,
      settings.tokenBudget,
      settings.contextOverflow,
      settings.autoRunTools,
      settings.forwardToolCalls,
      jsonOrNull(settings.recallOptions),
      jsonOrNull(settings.metadata),
    ],
  );
  return set.length > 0;
}

/** Takes every agent but one out of a session. */
export async function keepOneAgent(database: Database, sessionId: string, agentId: string): Promise<void> {
  await rows(database, `delete from "SessionAgent" where "sessionId" = $1 and "agentId" <> $2`, [sessionId, agentId]);
}

/** Adds agents and users behind those that a session has, in the order given. They must be the account's own. */
export async function addParticipants(
  database: Database,
  sessionId: string,
  { agentIds, userIds }: { readonly agentIds: readonly string[]; readonly userIds: readonly string[] },
): Promise<void> {
  await rows(
    database,
    `with users as (
       insert into "SessionUser" ("sessionId", "userId", position)
       select $1, u.id, u.n + (select coalesce(max(position), 0) from "SessionUser" where "sessionId" = $1)
       from unnest($3::uuid[]) with ordinality u(id, n) on conflict do nothing
     )
     insert into "SessionAgent" ("sessionId", "agentId", position)
     select $1, a.id, a.n + (select coalesce(max(position), 0) from "SessionAgent" where "sessionId" = $1)
     from unnest($2::uuid[]) with ordinality a(id, n) on conflict do nothing`,
    [sessionId, agentIds, userIds],
  );
}

/**
 * Deletes the messages, summaries and kept events of a session of the account, and gives it a new, empty branch. Gives
 * whether there is one.
 *
 * A turn that runs meanwhile writes to the branch it began on, which nobody reads any more.
 */
export async function clearHistory(
  database: Database,
  accountId: string,
  id: string,
  branchId: string,
): Promise<boolean> {
  const cleared = await rows(
    database,
    `with session as (
       update "Session" set "activeBranchId" = $3, "updatedAt" = now() where id = $1 and "accountId" = $2 returning id
     ), branch as (
       insert into "Branch" (id, "sessionId", path) select $3, id, '[]' from session
     ), messages as (
       delete from "Message" where "sessionId" in (select id from session)
     ), summaries as (
       delete from "Summary" where "sessionId" in (select id from session)
     ), events as (
       delete from "RunEvent" e using "Run" r where r.id = e."runId" and r.status <> 'running'
         and r."sessionId" in (select id from session)
     )
     select id from session`,
    [id, accountId, branchId],
  );
  return cleared.length > 0;
}
