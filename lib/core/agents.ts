import { findAccount } from "../db/accounts.ts";
import * as db from "../db/agents.ts";
import type { OffsetPage } from "../db/page.ts";
import { violated } from "../db/sql.ts";
import type { Agent, AgentDoors } from "../domain/agent.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import type { StoredTool } from "../domain/tool.ts";
import { madeName } from "./made-name.ts";
import { checkModel } from "./models.ts";
import { projectNamed } from "./projects.ts";
import { PLAIN_TEMPLATE } from "./render/templates.ts";
import type { Scope } from "./scope.ts";
import { storedSettings } from "./settings.ts";

/** The account's default agent and project. They are made at the first ask. */
export async function defaults(
  scope: Pick<Scope, "database" | "accountId">,
): Promise<{ readonly agentId: string; readonly projectId: string }> {
  const found = await db.findDefaults(scope.database, scope.accountId);
  if (found) return found;
  return db.ensureDefaultAgent(
    scope.database,
    scope.accountId,
    { agentId: newId(), projectId: newId() },
    PLAIN_TEMPLATE,
  );
}

/** An agent as a caller describes it. */
export type AgentInput = Omit<db.AgentFields, "canonicalName" | "projectId" | keyof AgentDoors> &
  // What a dialect does not know of stays as it is.
  Partial<AgentDoors> & {
    /** Null: one is made from the name, or the agent keeps the one it has. */
    readonly canonicalName: string | null;
    /** The canonical name of a project; null: the default one. */
    readonly project: string | null;
  };

const CLOSED: AgentDoors = { slug: null, isPublic: false, allowCallerSystem: false, sessionTtlSeconds: null };

/** An agent of the account. Throws "not-found", for an id that cannot be one too. */
export async function getAgent(scope: Scope, id: string): Promise<Agent> {
  const agent = await findAgent(scope, id);
  if (!agent) throw notFound("agent", id);
  return agent;
}

async function findAgent(scope: Scope, id: string): Promise<Agent | null> {
  const isReached = isId(id) && (scope.onlyAgentId == null || scope.onlyAgentId === id.toLowerCase());
  const [agent] = isReached ? await db.findAgents(scope.database, scope.accountId, [id]) : [];
  return agent ?? null;
}

/** The agents that the caller reaches. */
export async function listAgents(scope: Scope, page: OffsetPage): Promise<Agent[]> {
  const agents = await db.listAgents(scope.database, scope.accountId, page);
  return agents.filter((agent) => scope.onlyAgentId == null || agent.id === scope.onlyAgentId);
}

/** The agents that the caller reaches, the latest first. */
export const listLatestAgents = (scope: Scope, limit: number, offset = 0): Promise<Agent[]> =>
  listAgents(scope, { limit, offset, sortBy: "createdAt", direction: "desc", metadata: [] });

/** Agents beside one of them: see `listAgentsBeside` of the database. An id that cannot be one stands beside none. */
export async function listAgentsBeside(
  scope: Scope,
  page: Parameters<typeof db.listAgentsBeside>[2],
): Promise<Agent[]> {
  if ([page.after, page.before].some((id) => id !== null && !isId(id))) return [];
  const agents = await db.listAgentsBeside(scope.database, scope.accountId, page);
  return agents.filter((agent) => scope.onlyAgentId == null || agent.id === scope.onlyAgentId);
}

/**
 * Makes an agent and gives it.
 *
 * Throws "not-found" for the project, "bad-request" for a model that is not there, "conflict" for a canonical name or a
 * slug that is taken and for an id that another account holds, "forbidden" for a slug of a guest and for a key that
 * reaches one agent only.
 */
export async function createAgent(scope: Scope, input: AgentInput, id: string = newId()): Promise<Agent> {
  if (scope.onlyAgentId != null) throw new ChatError("forbidden", "This API key reaches one agent only");
  const fields = await toFields(scope, input, input.canonicalName ?? madeName(input.name, "agent"), CLOSED);
  await orConflict(() => db.insertAgent(scope.database, scope.accountId, id, fields));
  return getAgent(scope, id);
}

/** Sets all of an agent. Throws as `createAgent` does, and "not-found". */
export async function replaceAgent(scope: Scope, id: string, input: AgentInput): Promise<Agent> {
  const agent = await getAgent(scope, id);
  return write(scope, agent, input);
}

/** Makes an agent under an id, or sets all of the one that has it. Throws as `createAgent` does. */
export async function saveAgent(scope: Scope, id: string, input: AgentInput): Promise<Agent> {
  const agent = await findAgent(scope, id);
  return agent ? write(scope, agent, input) : createAgent(scope, input, id);
}

/** Changes what is given of an agent; `metadata` is merged at its top level. Throws as `replaceAgent` does. */
export async function patchAgent(scope: Scope, id: string, change: Partial<AgentInput>): Promise<Agent> {
  const agent = await getAgent(scope, id);
  const metadata = "metadata" in change ? merged(agent.metadata, change.metadata) : agent.metadata;
  return write(scope, agent, { ...agent, ...change, metadata });
}

async function write(scope: Scope, agent: Agent, input: AgentInput): Promise<Agent> {
  const fields = await toFields(scope, input, input.canonicalName ?? agent.canonicalName, agent);
  const isSet = await orConflict(() => db.updateAgent(scope.database, scope.accountId, agent.id, fields));
  if (!isSet) throw notFound("agent", agent.id);
  return getAgent(scope, agent.id);
}

async function toFields(
  scope: Scope,
  input: AgentInput,
  canonicalName: string,
  old: AgentDoors,
): Promise<db.AgentFields> {
  await checkModel(scope, input.model === "" ? undefined : input.model);
  await checkModel(scope, storedSettings(input.settings).model);
  const { slug = old.slug, isPublic = old.isPublic } = input;
  const { allowCallerSystem = old.allowCallerSystem, sessionTtlSeconds = old.sessionTtlSeconds } = input;
  const isOpened = (slug !== null && slug !== old.slug) || (isPublic && !old.isPublic);
  if (isOpened) await checkMayOpen(scope);
  const projectId = await projectNamed(scope, input.project);
  return { ...input, canonicalName, projectId, slug, isPublic, allowCallerSystem, sessionTtlSeconds };
}

/** Slugs are the deployment's and public agents everybody's: guests, whom anybody makes by the thousand, hold neither. */
async function checkMayOpen({ database, accountId }: Scope): Promise<void> {
  const account = await findAccount(database, accountId);
  if (account?.kind === "person") return;
  throw new ChatError("forbidden", "A guest's agent has no slug and is not public. Make an account first.", {
    field: "slug",
  });
}

/** The instructions of an agent whose dialect gives them as one text. */
export const instructionsOf = (text: string | null | undefined): string[] => (text ? [text] : []);

/** Settings in the spelling of the wire with those of `change` set; null takes one out, what is absent stays. */
export function changedSettings(
  old: Agent["settings"],
  change: { readonly temperature?: number | null; readonly top_p?: number | null; readonly max_tokens?: number | null },
): Agent["settings"] {
  const { temperature, top_p, max_tokens } = change;
  const named = Object.entries({ temperature, top_p, max_tokens }).filter(([, value]) => value !== undefined);
  const settings = Object.entries({ ...old, ...Object.fromEntries(named) }).filter(([, value]) => value !== null);
  return settings.length === 0 ? null : Object.fromEntries(settings);
}

/** Two objects merged at their top level; null clears. */
export const merged = (old: unknown, added: unknown): unknown => {
  if (added === null || typeof added !== "object") return null;
  return { ...(typeof old === "object" ? old : {}), ...added };
};

async function orConflict<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (thrown) {
    switch (violated(thrown)) {
      case "Agent_canonicalName_key":
        throw new ChatError("conflict", "Another agent has this canonical_name", { field: "canonical_name" });
      case "Agent_slug_key":
        throw new ChatError("conflict", "Another agent has this slug", { field: "slug" });
      case "Agent_pkey":
        throw new ChatError("conflict", "An agent cannot be made under this id", { field: "id" });
      case "Tool_agentId_name_key":
        throw new ChatError("conflict", "The agent has a tool of this name", { field: "name" });
      default:
        throw thrown;
    }
  }
}

/** Deletes an agent with its tools and docs. Sessions that used it stay readable. Throws "not-found". */
export async function deleteAgent(scope: Scope, id: string): Promise<void> {
  const isGone = isId(id) && (await db.deleteAgent(scope.database, scope.accountId, id));
  if (!isGone) throw notFound("agent", id);
}

/** A tool of an agent. Throws "not-found" for either. */
export async function getTool(scope: Scope, agentId: string, id: string): Promise<StoredTool> {
  const tool = (await getAgent(scope, agentId)).tools.find((one) => one.id === id);
  if (!tool) throw notFound("tool", id);
  return tool;
}

/** Adds a tool to an agent. Throws "not-found" for the agent and "conflict" for a name that it has. */
export async function createTool(scope: Scope, agentId: string, tool: db.ToolFields): Promise<StoredTool> {
  await getAgent(scope, agentId);
  const id = newId();
  await orConflict(() => db.insertTool(scope.database, agentId, id, tool));
  return getTool(scope, agentId, id);
}

/** Sets all of an agent's tool. Throws "not-found" and "conflict". */
export async function replaceTool(scope: Scope, agentId: string, id: string, tool: db.ToolFields): Promise<StoredTool> {
  await getTool(scope, agentId, id);
  await orConflict(() => db.updateTool(scope.database, agentId, id, tool));
  return getTool(scope, agentId, id);
}

/** Deletes an agent's tool. Throws "not-found". */
export async function deleteTool(scope: Scope, agentId: string, id: string): Promise<void> {
  await getTool(scope, agentId, id);
  await db.deleteTool(scope.database, agentId, id);
}
