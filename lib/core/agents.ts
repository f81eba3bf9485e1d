import { findAccount } from "../db/accounts.ts";
import * as db from "../db/agents.ts";
import type { OffsetPage } from "../db/page.ts";
import { violated } from "../db/violated.ts";
import type { Agent, AgentDoors, AgentRecall } from "../domain/agent.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { checkedIndexIds } from "./agent-index-ids.ts";
import { dropUnusedFiles } from "./files.ts";
import { madeName } from "./made-name.ts";
import { within } from "./maxima.ts";
import { checkModel } from "./models.ts";
import { projectNamed } from "./projects.ts";
import { checkMayEdit, checkReachesAccount, reachesAgent } from "./reach.ts";
import { PLAIN_TEMPLATE } from "./render/templates.ts";
import type { Scope } from "./scope.ts";

/** The account's default agent and project. The agent is made at the first ask. */
export async function defaults(
  scope: Pick<Scope, "database" | "accountId">,
): Promise<{ readonly agentId: string; readonly projectId: string }> {
  const found = await db.findDefaults(scope.database, scope.accountId);
  if (found?.agentId) return { agentId: found.agentId, projectId: found.projectId };
  return db.ensureDefaultAgent(scope.database, scope.accountId, { id: newId(), systemTemplate: PLAIN_TEMPLATE });
}

/** The id of the account's default agent, or of its latest where that has not been made; null where it has none. */
export async function findSampleAgent(scope: Scope): Promise<string | null> {
  const found = await db.findDefaults(scope.database, scope.accountId);
  if (found?.agentId) return found.agentId;
  const [latest] = await listLatestAgents(scope, 1);
  return latest?.id ?? null;
}

/** An agent as a caller describes it. */
type KnownToFew = AgentDoors & AgentRecall & Pick<db.AgentFields, "extraSettings" | "indexIds">;
export type AgentInput = Omit<db.AgentFields, "canonicalName" | "projectId" | keyof KnownToFew> &
  // What a dialect does not know of stays as it is.
  Partial<KnownToFew> & {
    /** Null: one is made from the name, or the agent keeps the one it has. */
    readonly canonicalName: string | null;
    /** The canonical name of a project; null: the default one. */
    readonly project: string | null;
  };

const CLOSED: AgentDoors = { slug: null, isPublic: false, allowCallerSystem: false, sessionTtlSeconds: null };
const AS_OTHERS: AgentRecall = { indexTopN: null, indexSimilarityCutoff: null };

/** An agent of the account. Throws "not-found", for an id that cannot be one too. */
export async function getAgent(scope: Scope, id: string): Promise<Agent> {
  const agent = await findAgent(scope, id);
  if (!agent) throw notFound("agent", id);
  return agent;
}

async function findAgent(scope: Scope, id: string): Promise<Agent | null> {
  const [agent] = reachesAgent(scope, id) ? await db.findAgents(scope.database, scope.accountId, [id]) : [];
  return agent ?? null;
}

const reachOf = ({ accountId, onlyAgentId }: Scope): db.AgentOwner => ({ accountId, onlyId: onlyAgentId ?? null });

/** The agents that the caller reaches. */
export const listAgents = (scope: Scope, page: OffsetPage): Promise<Agent[]> =>
  db.listAgents(scope.database, reachOf(scope), page);

/** The agents that the caller reaches, the latest first. */
export const listLatestAgents = (scope: Scope, limit: number, offset = 0): Promise<Agent[]> =>
  listAgents(scope, { limit, offset, sortBy: "createdAt", direction: "desc", metadata: [] });

/**
 * Agents beside one of them, of those that the caller reaches: see `listAgentsBeside` of the database. An id that
 * cannot be one stands beside none.
 */
export async function listAgentsBeside(
  scope: Scope,
  page: Parameters<typeof db.listAgentsBeside>[2],
): Promise<Agent[]> {
  if ([page.after, page.before].some((id) => id !== null && !isId(id))) return [];
  return db.listAgentsBeside(scope.database, reachOf(scope), page);
}

/**
 * Makes an agent and gives it.
 *
 * Throws "not-found" for the project, "bad-request" for a model that is not there, "conflict" for a canonical name or a
 * slug that is taken and for an id that another account holds, "forbidden" for a slug of a guest and for a key that
 * reaches one agent only, for its indexes as `checkedIndexIds`, and for the number of agents as `takePlace`.
 */
export async function createAgent(scope: Scope, input: AgentInput, id: string = newId()): Promise<Agent> {
  checkReachesAccount(scope);
  await check(scope, input, CLOSED);
  const { project, ...given } = input;
  const projectId = await projectNamed(scope, project);
  const canonicalName = input.canonicalName ?? madeName(input.name, "agent");
  const indexIds = await checkedIndexIds(scope, input.indexIds ?? []);
  const fields = { ...CLOSED, ...AS_OTHERS, extraSettings: null, ...given, canonicalName, projectId, indexIds };
  await within(scope, "agents", () => orConflict(() => db.insertAgent(scope.database, scope.accountId, id, fields)));
  return getAgent(scope, id);
}

/** Sets all of an agent. Throws as `createAgent` does, and "not-found". */
export async function replaceAgent(scope: Scope, id: string, input: AgentInput): Promise<Agent> {
  return write(scope, await getAgent(scope, id), () => input);
}

/** Makes an agent under an id, or sets all of the one that has it. Throws as `createAgent` does. */
export async function saveAgent(scope: Scope, id: string, input: AgentInput): Promise<Agent> {
  const agent = await findAgent(scope, id);
  if (agent) return write(scope, agent, () => input);
  try {
    return await createAgent(scope, input, id);
  } catch (thrown) {
    // Another request of the account may have been faster.
    const made = isIdTaken(thrown) ? await findAgent(scope, id) : null;
    if (!made) throw thrown;
    return write(scope, made, () => input);
  }
}

/** Whether something could not be made because its id is known, in this account or another. */
export const isIdTaken = (thrown: unknown): boolean =>
  thrown instanceof ChatError && thrown.code === "conflict" && thrown.details.field === "id";

/** What a change of an agent may depend on. */
export type AgentState = db.AgentState;

/**
 * Changes what `change` gives of an agent; `metadata` is merged at its top level. `change` may be asked more than once,
 * the last time with what the agent is when it is written: of two changes that come at once none is lost. Throws as
 * `replaceAgent` does.
 */
export async function patchAgent(
  scope: Scope,
  id: string,
  change: (now: AgentState) => Partial<AgentInput>,
): Promise<Agent> {
  return write(scope, await getAgent(scope, id), (now) => {
    const changed = change(now);
    return "metadata" in changed ? { ...changed, metadata: merged(now.metadata, changed.metadata) } : changed;
  });
}

/** Writes a change of an agent. What asks others than the database is asked before, since the row is held meanwhile. */
async function write(scope: Scope, agent: Agent, change: (now: AgentState) => Partial<AgentInput>): Promise<Agent> {
  checkMayEdit(scope);
  const expected = change(agent);
  await check(scope, expected, agent);
  const projectId = expected.project === undefined ? undefined : await projectNamed(scope, expected.project);
  const indexIds = expected.indexIds && (await checkedIndexIds(scope, expected.indexIds));
  const isSet = await orConflict(() =>
    db.changeAgent(scope.database, scope.accountId, agent.id, (now) => {
      const { project, canonicalName, ...fields } = change(now);
      return { ...fields, projectId, indexIds, ...(canonicalName == null ? {} : { canonicalName }) };
    }),
  );
  if (!isSet) throw notFound("agent", agent.id);
  return getAgent(scope, agent.id);
}

/** Throws "bad-request" for a model that is not there, and "forbidden" where a guest opens an agent. */
async function check(scope: Scope, input: Partial<AgentInput>, old: AgentDoors): Promise<void> {
  await checkModel(scope, input.model === "" ? undefined : input.model);
  await checkModel(scope, input.settings?.model);
  const { slug = old.slug, isPublic = old.isPublic } = input;
  const isOpened = (slug !== null && slug !== old.slug) || (isPublic && !old.isPublic);
  if (isOpened) await checkMayOpen(scope);
}

/**
 * Slugs are the deployment's and public agents everybody's: guests, whom anybody makes by the thousand, hold neither.
 */
async function checkMayOpen({ database, accountId }: Scope): Promise<void> {
  const account = await findAccount(database, accountId);
  if (account?.kind === "person") return;
  throw new ChatError("forbidden", "A guest's agent has no slug and is not public. Make an account first.", {
    field: "slug",
  });
}

/** The instructions of an agent whose dialect gives them as one text. */
export const instructionsOf = (text: string | null | undefined): string[] => (text ? [text] : []);

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
        throw new ChatError("conflict", "Another agent has this canonical name", {
          noun: "agent",
          field: "canonicalName",
        });
      case "Agent_slug_key":
        throw new ChatError("conflict", "Another agent has this slug", { field: "slug" });
      // It was deleted meanwhile.
      case "AgentIndex_indexId_fkey":
        throw notFound("index");
      case "Agent_pkey":
        throw new ChatError("conflict", "An agent cannot be made under this id", { field: "id" });
      default:
        throw thrown;
    }
  }
}

/**
 * Deletes an agent with its tools and docs. Sessions that used it stay readable. Throws "not-found", and "forbidden"
 * for a key that may not change it.
 */
export async function deleteAgent(scope: Scope, id: string): Promise<void> {
  if (reachesAgent(scope, id)) checkMayEdit(scope);
  const isGone = reachesAgent(scope, id) && (await db.deleteAgent(scope.database, scope.accountId, id));
  if (!isGone) throw notFound("agent", id);
  await dropUnusedFiles(scope);
}
