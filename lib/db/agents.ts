import { z } from "zod";
import type { Agent, AgentDoors, Project } from "../domain/agent.ts";
import { type StoredTool, TOOL_TYPES } from "../domain/tool.ts";
import type { Database } from "./database.ts";
import { type OffsetPage, pageSql } from "./page.ts";
import { jsonOrNull, rows } from "./sql.ts";
import { together } from "./together.ts";

const Json = z.record(z.string(), z.unknown());
const ToolRow = z.object({
  id: z.string(),
  agentId: z.string(),
  name: z.string(),
  type: z.enum(TOOL_TYPES),
  description: z.string().nullable(),
  spec: z.unknown(),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
});
const AgentRow = z.object({
  id: z.string(),
  projectId: z.string(),
  project: z.string(),
  name: z.string(),
  canonicalName: z.string(),
  slug: z.string().nullable(),
  isPublic: z.boolean(),
  allowCallerSystem: z.boolean(),
  sessionTtlSeconds: z.number().nullable(),
  about: z.string(),
  instructions: z.array(z.string()),
  model: z.string(),
  settings: Json.nullable(),
  systemTemplate: z.string(),
  isDefault: z.boolean(),
  metadata: Json.nullable(),
  tools: z.array(ToolRow),
  hasDocs: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
/** An agent as `AGENT_SELECT` finds it, within JSON. */
export const AgentJson = AgentRow.extend({ createdAt: z.coerce.date(), updatedAt: z.coerce.date() });

export const AGENT_SELECT = `select a.id, a."projectId", p."canonicalName" as project, a.name, a."canonicalName", a.slug, a.about,
  a.instructions, a.model, a.settings, a."systemTemplate", a."isDefault", a.metadata, a."isPublic",
  a."allowCallerSystem", a."sessionTtlSeconds", a."createdAt", a."updatedAt",
  coalesce((select json_agg(t order by t.position, t.id) from "Tool" t where t."agentId" = a.id), '[]') as tools,
  exists (select 1 from "Doc" d where d."agentId" = a.id) as "hasDocs"
  from "Agent" a join "Project" p on p.id = a."projectId"`;

const SELECT_WITH_ACCOUNT = AGENT_SELECT.replace("select", 'select a."accountId",');

/** The agents of the account among these ids, in the order of the ids. */
export async function findAgents(database: Database, accountId: string, ids: readonly string[]): Promise<Agent[]> {
  return ids.length === 0 ? [] : findTogether(database, { accountId, ids });
}

type AgentKeys = { readonly accountId: string; readonly ids: readonly string[] };

const findTogether = together(async (database, keys: readonly AgentKeys[]) => {
  const found = await rows<{ id: string; accountId: string }>(
    database,
    `${SELECT_WITH_ACCOUNT} where a.id = any($1::uuid[]) and a."accountId" = any($2::uuid[])`,
    [[...new Set(keys.flatMap(({ ids }) => ids))], [...new Set(keys.map(({ accountId }) => accountId))]],
  );
  const agents = new Map(found.map((row) => [`${row.accountId} ${row.id}`, AgentRow.parse(row)]));
  return keys.map(({ accountId, ids }) => ids.flatMap((id) => agents.get(`${accountId} ${id.toLowerCase()}`) ?? []));
});

/** The account's default agent, or null when it has not been made. */
export async function findDefaultAgent(database: Database, accountId: string): Promise<Agent | null> {
  const [row] = await rows(database, `${AGENT_SELECT} where a."accountId" = $1 and a."isDefault"`, [accountId]);
  return row ? AgentRow.parse(row) : null;
}

/** The agent that answers as a bot under an id or a slug, whoever owns it, with its owner. */
export async function findBot(
  database: Database,
  by: { readonly id: string } | { readonly slug: string },
): Promise<{ readonly agent: Agent; readonly accountId: string } | null> {
  const [column, value] = "id" in by ? ["id", by.id] : ["slug", by.slug];
  const [row] = await rows<{ accountId: string }>(database, `${SELECT_WITH_ACCOUNT} where a.${column} = $1`, [value]);
  return row ? { agent: AgentRow.parse(row), accountId: row.accountId } : null;
}

export async function listAgents(database: Database, accountId: string, page: OffsetPage): Promise<Agent[]> {
  const { sql, values } = pageSql("a", page, [accountId]);
  const found = await rows(database, `${AGENT_SELECT} where a."accountId" = $1 ${sql}`, values);
  return found.map((row) => AgentRow.parse(row));
}

/** Agents by the time they were made, from one of them on or up to it; none where that one is not the account's. */
export async function listAgentsBeside(
  database: Database,
  accountId: string,
  page: {
    readonly limit: number;
    readonly direction: "asc" | "desc";
    readonly after: string | null;
    readonly before: string | null;
  },
): Promise<Agent[]> {
  const { limit, direction, after, before } = page;
  // Up to one of them: the last ones before it, so the list is read from there.
  const isUpTo = before !== null && after === null;
  const order = isUpTo ? (direction === "asc" ? "desc" : "asc") : direction;
  const place = `(select b."createdAt", b.id from "Agent" b where b."accountId" = $1 and b.id =`;
  const compare = (id: number, isBehind: boolean) =>
    `and ($${id}::uuid is null or (a."createdAt", a.id) ${isBehind === (direction === "asc") ? ">" : "<"} ${place} $${id}))`;
  const found = await rows(
    database,
    `${AGENT_SELECT} where a."accountId" = $1 ${compare(2, true)} ${compare(3, false)}
     order by a."createdAt" ${order}, a.id ${order} limit $4`,
    [accountId, after, before, limit],
  );
  const agents = found.map((row) => AgentRow.parse(row));
  return isUpTo ? agents.reverse() : agents;
}

export type AgentFields = AgentDoors & {
  readonly name: string;
  readonly canonicalName: string;
  readonly about: string;
  readonly instructions: readonly string[];
  readonly model: string;
  readonly settings: unknown;
  readonly systemTemplate: string;
  readonly metadata: unknown;
  readonly projectId: string;
};

const agentValues = (accountId: string, id: string, fields: AgentFields) => [
  id,
  accountId,
  fields.projectId,
  fields.name,
  fields.canonicalName,
  fields.about,
  fields.instructions,
  fields.model,
  jsonOrNull(fields.settings),
  fields.systemTemplate,
  jsonOrNull(fields.metadata),
  fields.slug,
  fields.isPublic,
  fields.allowCallerSystem,
  fields.sessionTtlSeconds,
];

/** Inserts an agent. Throws the violation of "Agent_canonicalName_key", "Agent_slug_key" or "Agent_pkey" as it is. */
export async function insertAgent(
  database: Database,
  accountId: string,
  id: string,
  fields: AgentFields,
): Promise<void> {
  await rows(
    database,
    `insert into "Agent" (id, "accountId", "projectId", name, "canonicalName", about, instructions, model, settings,
       "systemTemplate", metadata, slug, "isPublic", "allowCallerSystem", "sessionTtlSeconds")
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    agentValues(accountId, id, fields),
  );
}

/** Sets all fields of an agent. Gives whether there is one. Throws violations as `insertAgent` does. */
export async function updateAgent(
  database: Database,
  accountId: string,
  id: string,
  fields: AgentFields,
): Promise<boolean> {
  const set = await rows(
    database,
    `update "Agent" set "projectId" = $3, name = $4, "canonicalName" = $5, about = $6, instructions = $7, model = $8,
       settings = $9, "systemTemplate" = $10, metadata = $11, slug = $12, "isPublic" = $13, "allowCallerSystem" = $14,
       "sessionTtlSeconds" = $15, "updatedAt" = now()
     where id = $1 and "accountId" = $2 returning id`,
    agentValues(accountId, id, fields),
  );
  return set.length > 0;
}

/** Deletes an agent of the account with its tools and docs. Gives whether there was one. */
export async function deleteAgent(database: Database, accountId: string, id: string): Promise<boolean> {
  const { count } = await database.prisma.agent.deleteMany({ where: { id, accountId } });
  return count > 0;
}

/** The account's default agent: made, with its project, when there is none. */
export async function ensureDefaultAgent(
  database: Database,
  accountId: string,
  ids: { readonly agentId: string; readonly projectId: string },
  systemTemplate: string,
): Promise<{ readonly agentId: string; readonly projectId: string }> {
  const projectId = await ensureDefaultProject(database, accountId, ids.projectId);
  await rows(
    database,
    `insert into "Agent" (id, "accountId", "projectId", name, "canonicalName", instructions, "systemTemplate", "isDefault")
     values ($1, $2, $3, 'Parley', 'parley_' || replace($1::uuid::text, '-', ''), '{}', $4, true) on conflict do nothing`,
    [ids.agentId, accountId, projectId, systemTemplate],
  );
  const [agent] = await rows<{ id: string }>(
    database,
    `select id from "Agent" where "accountId" = $1 and "isDefault"`,
    [accountId],
  );
  return { agentId: agent?.id ?? ids.agentId, projectId };
}

/** The account's default agent and project where both exist, in one look. */
export async function findDefaults(
  database: Database,
  accountId: string,
): Promise<{ readonly agentId: string; readonly projectId: string } | null> {
  const [found] = await rows<{ agentId: string; projectId: string }>(
    database,
    `select a.id as "agentId", p.id as "projectId" from "Agent" a join "Project" p on p."accountId" = a."accountId"
     where a."accountId" = $1 and a."isDefault" and p."isDefault"`,
    [accountId],
  );
  return found ?? null;
}

/** The account's default project: made when there is none. */
export async function ensureDefaultProject(database: Database, accountId: string, id: string): Promise<string> {
  await rows(
    database,
    `insert into "Project" (id, "accountId", "canonicalName", name, "isDefault") values ($1, $2, 'default', 'Default', true)
     on conflict do nothing`,
    [id, accountId],
  );
  const [project] = await rows<{ id: string }>(
    database,
    `select id from "Project" where "accountId" = $1 and "isDefault"`,
    [accountId],
  );
  return project?.id ?? id;
}

/** Finds a project of the account by id or by canonical name. */
export async function findProject(
  database: Database,
  accountId: string,
  by: { readonly id: string } | { readonly canonicalName: string },
): Promise<{ readonly id: string; readonly canonicalName: string } | null> {
  return database.prisma.project.findFirst({ where: { accountId, ...by }, select: { id: true, canonicalName: true } });
}

const ProjectRow = z.object({
  id: z.string(),
  canonicalName: z.string(),
  name: z.string(),
  metadata: Json.nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

export async function listProjects(database: Database, accountId: string, page: OffsetPage): Promise<Project[]> {
  const { sql, values } = pageSql("p", page, [accountId]);
  const found = await rows(
    database,
    `select p.id, p."canonicalName", p.name, p.metadata, p."createdAt", p."updatedAt" from "Project" p
     where p."accountId" = $1 ${sql}`,
    values,
  );
  return found.map((row) => ProjectRow.parse(row));
}

/** Inserts a project and gives it. Throws the violation of "Project_accountId_canonicalName_key" as it is. */
export async function insertProject(
  database: Database,
  accountId: string,
  project: { readonly id: string; readonly canonicalName: string; readonly name: string; readonly metadata: unknown },
): Promise<Project> {
  const [row] = await rows(
    database,
    `insert into "Project" (id, "accountId", "canonicalName", name, metadata) values ($1, $2, $3, $4, $5)
     returning id, "canonicalName", name, metadata, "createdAt", "updatedAt"`,
    [project.id, accountId, project.canonicalName, project.name, jsonOrNull(project.metadata)],
  );
  return ProjectRow.parse(row);
}

export type ToolFields = Pick<StoredTool, "name" | "type" | "description" | "spec">;

/** Adds a tool behind an agent's others. Throws the violation of "Tool_agentId_name_key" as it is. */
export async function insertTool(database: Database, agentId: string, id: string, tool: ToolFields): Promise<void> {
  await rows(
    database,
    `insert into "Tool" (id, "agentId", name, type, description, spec, position)
     select $1, $2, $3, $4, $5, $6, coalesce(max(position), 0) + 1 from "Tool" where "agentId" = $2`,
    [id, agentId, tool.name, tool.type, tool.description, jsonOrNull(tool.spec)],
  );
}

/** Sets all fields of an agent's tool. Gives whether there is one. Throws the violation of its name as it is. */
export async function updateTool(database: Database, agentId: string, id: string, tool: ToolFields): Promise<boolean> {
  const set = await rows(
    database,
    `update "Tool" set name = $3, type = $4, description = $5, spec = $6, "updatedAt" = now()
     where id = $1 and "agentId" = $2 returning id`,
    [id, agentId, tool.name, tool.type, tool.description, jsonOrNull(tool.spec)],
  );
  return set.length > 0;
}

/** Deletes a tool of an agent. Gives whether there was one. */
export async function deleteTool(database: Database, agentId: string, id: string): Promise<boolean> {
  const gone = await rows(database, `delete from "Tool" where id = $1 and "agentId" = $2 returning id`, [id, agentId]);
  return gone.length > 0;
}
