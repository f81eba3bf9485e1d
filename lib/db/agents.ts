import { z } from "zod";
import type { Agent, User } from "../domain/agent.ts";
import { TOOL_TYPES } from "../domain/tool.ts";
import type { Database } from "./database.ts";
import { Prisma } from "./generated/client.ts";
import { rows } from "./sql.ts";

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
  about: z.string(),
  instructions: z.array(z.string()),
  model: z.string(),
  settings: Json.nullable(),
  systemTemplate: z.string(),
  isDefault: z.boolean(),
  metadata: Json.nullable(),
  tools: z.array(ToolRow),
  createdAt: z.date(),
  updatedAt: z.date(),
});

const SELECT = `select a.id, a."projectId", p."canonicalName" as project, a.name, a."canonicalName", a.slug, a.about,
  a.instructions, a.model, a.settings, a."systemTemplate", a."isDefault", a.metadata, a."createdAt", a."updatedAt",
  coalesce((select json_agg(t order by t.position, t.id) from "Tool" t where t."agentId" = a.id), '[]') as tools
  from "Agent" a join "Project" p on p.id = a."projectId"`;

/** The agents of the account among these ids, in the order of the ids. */
export async function findAgents(database: Database, accountId: string, ids: readonly string[]): Promise<Agent[]> {
  const found = await rows(
    database,
    `${SELECT} where a."accountId" = $1 and a.id = any($2::uuid[]) order by array_position($2::uuid[], a.id)`,
    [accountId, ids],
  );
  return found.map((row) => AgentRow.parse(row));
}

/** How a list of named things is cut and sorted. Ties in the sort key fall to the id. */
export type OffsetPage = {
  readonly limit: number;
  readonly offset: number;
  readonly sortBy: "createdAt" | "updatedAt";
  readonly direction: "asc" | "desc";
};

export async function listAgents(database: Database, accountId: string, page: OffsetPage): Promise<Agent[]> {
  const by = page.sortBy === "createdAt" ? `a."createdAt"` : `a."updatedAt"`;
  const way = page.direction === "asc" ? "asc" : "desc";
  const found = await rows(
    database,
    `${SELECT} where a."accountId" = $1 order by ${by} ${way}, a.id ${way} limit $2 offset $3`,
    [accountId, page.limit, page.offset],
  );
  return found.map((row) => AgentRow.parse(row));
}

export type AgentFields = {
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

const jsonColumn = (value: unknown) =>
  value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue); // parsed JSON, nothing else

const agentColumns = (fields: AgentFields) => ({
  name: fields.name,
  canonicalName: fields.canonicalName,
  about: fields.about,
  instructions: [...fields.instructions],
  model: fields.model,
  settings: jsonColumn(fields.settings),
  systemTemplate: fields.systemTemplate,
  metadata: jsonColumn(fields.metadata),
  projectId: fields.projectId,
});

/** Inserts an agent. Throws the unique violation of its canonical name as it is. */
export async function insertAgent(
  database: Database,
  accountId: string,
  id: string,
  fields: AgentFields,
): Promise<void> {
  await database.prisma.agent.create({ data: { id, accountId, ...agentColumns(fields) } });
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

/** The users of the account among these ids, in the order of the ids. */
export async function findUsers(database: Database, accountId: string, ids: readonly string[]): Promise<User[]> {
  if (ids.length === 0) return [];
  const found = await database.prisma.user.findMany({ where: { accountId, id: { in: [...ids] } } });
  const toUser = (row: (typeof found)[number]): User => ({ ...row, metadata: Json.nullable().parse(row.metadata) });
  return ids.flatMap((id) => found.filter((row) => row.id === id).map(toUser));
}
