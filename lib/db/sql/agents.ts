import { z } from "zod";
import { ModelSettings } from "../../domain/model.ts";
import { StoredTool } from "../../domain/tool.ts";
import { statement, unseen } from "./statement.ts";

// By hand, since every turn begins with them: one look for an agent with its tools, where Prisma takes four.

const Json = z.record(z.string(), z.unknown()).nullable();

/** The columns of an agent under `a` with its project under `p`. */
export const AGENT_COLUMNS = `a.id, a."projectId", p."canonicalName" as project, a.name, a."canonicalName", a.slug, a.about,
  a.instructions, a.model, a.settings, a."extraSettings", a."systemTemplate", a."isDefault", a.metadata, a."isPublic",
  a."allowCallerSystem", a."sessionTtlSeconds", a."indexTopN", a."indexSimilarityCutoff", a."createdAt", a."updatedAt",
  coalesce((select json_agg(t order by t.position, t.id) from "Tool" t where t."agentId" = a.id), '[]') as tools,
  coalesce((select json_agg(x."indexId" order by x.position) from "AgentIndex" x where x."agentId" = a.id), '[]')
    as "indexIds",
  (exists (select 1 from "Doc" d where d."agentId" = a.id)
    or exists (select 1 from "Doc" d where d."projectId" = a."projectId")) as "hasDocs"`;
const FROM = `from "Agent" a join "Project" p on p.id = a."projectId"`;

export const AgentRow = z.object({
  id: z.string(),
  projectId: z.string(),
  project: z.string(),
  name: z.string(),
  canonicalName: z.string(),
  slug: z.string().nullable(),
  isPublic: z.boolean(),
  allowCallerSystem: z.boolean(),
  sessionTtlSeconds: z.number().nullable(),
  indexTopN: z.number().nullable(),
  indexSimilarityCutoff: z.number().nullable(),
  about: z.string(),
  instructions: z.array(z.string()),
  model: z.string(),
  // What does not fit was not written by us: an agent that answers with the defaults is better than none.
  settings: ModelSettings.nullable()
    .catch(null)
    .transform((settings) => settings ?? {}),
  extraSettings: Json,
  systemTemplate: z.string(),
  isDefault: z.boolean(),
  metadata: Json,
  tools: z.array(StoredTool),
  indexIds: z.array(z.string()),
  hasDocs: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
const OwnedRow = AgentRow.extend({ accountId: z.string() });

/** Agents by their ids, of several accounts at once. */
export const findAgentRows = statement({
  name: "find-agents",
  text: `select a."accountId", ${AGENT_COLUMNS} ${FROM} where a.id = any(${unseen("$1", "uuid[]")}) and a."accountId" = any(${unseen("$2", "uuid[]")})`,
  parameters: { ids: "uuid[]", accountIds: "uuid[]" },
  row: OwnedRow,
});

/** An account's default agent. */
export const findDefaultAgentRow = statement({
  name: "find-default-agent",
  text: `select ${AGENT_COLUMNS} ${FROM} where a."accountId" = $1 and a."isDefault"`,
  parameters: { accountId: "uuid" },
  row: AgentRow,
});

/** The agent of an id or a slug, whoever owns it. */
export const findBotRow = statement({
  name: "find-bot",
  text: `select a."accountId", ${AGENT_COLUMNS} ${FROM} where a.id = $1 or a.slug = $2`,
  parameters: { id: "uuid?", slug: "text?" },
  row: OwnedRow,
});

/** An account's default project, and its default agent where it has been made. */
export const findDefaultIds = statement({
  name: "find-defaults",
  text: `select p.id as "projectId", a.id as "agentId" from "Project" p
    left join "Agent" a on a."accountId" = p."accountId" and a."isDefault" where p."accountId" = $1 and p."isDefault"`,
  parameters: { accountId: "uuid" },
  row: z.object({ projectId: z.string(), agentId: z.string().nullable() }),
});

/** An agent that the server makes by itself, in the account's default project; nothing where one is in its place. */
export const insertOwnAgent = statement({
  name: "insert-own-agent",
  text: `insert into "Agent" (id, "accountId", "projectId", name, "canonicalName", slug, about, instructions,
      "systemTemplate", "isDefault")
    select $1, $2, p.id, $3, $4, $5, $6, $7, $8, $9 from "Project" p where p."accountId" = $2 and p."isDefault"
    on conflict do nothing`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    name: "text",
    canonicalName: "text",
    slug: "text?",
    about: "text",
    instructions: "text[]",
    systemTemplate: "text",
    isDefault: "bool",
  },
});
