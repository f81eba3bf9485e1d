import type { Agent, AgentDoors, AgentRecall } from "../domain/agent.ts";
import type { Database } from "./database.ts";
import { emptyOwner } from "./docs.ts";
import type { Prisma } from "./generated/client.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { inPrismaTransaction, jsonInput } from "./prisma.ts";
import { forgetDocs } from "./runs.ts";
import {
  AgentRow,
  findAgentRows,
  findBotRow,
  findDefaultAgentRow,
  findDefaultIds,
  insertOwnAgent,
} from "./sql/agents.ts";
import { together } from "./together.ts";

/** The agents of the account among these ids, in the order of the ids. */
export async function findAgents(database: Database, accountId: string, ids: readonly string[]): Promise<Agent[]> {
  return ids.length === 0 ? [] : findTogether(database, { accountId, ids });
}

type AgentKeys = { readonly accountId: string; readonly ids: readonly string[] };

const findTogether = together(async (database, keys: readonly AgentKeys[]) => {
  const found = await findAgentRows(database, {
    ids: [...new Set(keys.flatMap(({ ids }) => ids))],
    accountIds: [...new Set(keys.map(({ accountId }) => accountId))],
  });
  const agents = new Map(found.map(({ accountId, ...agent }) => [`${accountId} ${agent.id}`, agent]));
  return keys.map(({ accountId, ids }) => ids.flatMap((id) => agents.get(`${accountId} ${id.toLowerCase()}`) ?? []));
});

/** The account's default agent, or null when it has not been made. */
export async function findDefaultAgent(database: Database, accountId: string): Promise<Agent | null> {
  const [agent] = await findDefaultAgentRow(database, { accountId });
  return agent ?? null;
}

/** The agent that answers as a bot under an id or a slug, whoever owns it, with its owner. */
export async function findBot(
  database: Database,
  by: { readonly id: string } | { readonly slug: string },
): Promise<{ readonly agent: Agent; readonly accountId: string } | null> {
  const [found] = await findBotRow(database, { id: "id" in by ? by.id : null, slug: "slug" in by ? by.slug : null });
  if (!found) return null;
  const { accountId, ...agent } = found;
  return { agent, accountId };
}

/** Whose agents: an account's, and of these one alone where `onlyId` names one. */
export type AgentOwner = { readonly accountId: string; readonly onlyId: string | null };

const owned = ({ accountId, onlyId }: AgentOwner) => ({ accountId, ...(onlyId === null ? {} : { id: onlyId }) });

/** Agents by offset. */
export async function listAgents(database: Database, owner: AgentOwner, page: OffsetPage): Promise<Agent[]> {
  const where = { ...owned(owner), ...metadataWhere(page) };
  return listed(database, owner, { where, ...pageOf(page) });
}

/** Agents by the time they were made, from one of them on or up to it; none where that one is not among them. */
export async function listAgentsBeside(
  database: Database,
  owner: AgentOwner,
  page: {
    readonly limit: number;
    readonly direction: "asc" | "desc";
    readonly after: string | null;
    readonly before: string | null;
  },
): Promise<Agent[]> {
  const { limit, direction, after, before } = page;
  const places = await Promise.all([after, before].map((id) => (id === null ? null : placeOf(database, owner, id))));
  const [behind, ahead] = places;
  if ((after !== null && !behind) || (before !== null && !ahead)) return [];
  const conditions = [behind && beyond(behind, direction), ahead && beyond(ahead, reversed(direction))];
  // Up to one of them: the last ones before it, so the list is read from there.
  const isUpTo = before !== null && after === null;
  const order = isUpTo ? reversed(direction) : direction;
  const agents = await listed(database, owner, {
    where: { ...owned(owner), AND: conditions.filter((one) => one !== null && one !== undefined) },
    orderBy: [{ createdAt: order }, { id: order }],
    take: limit,
  });
  return isUpTo ? agents.reverse() : agents;
}

const reversed = (direction: "asc" | "desc") => (direction === "asc" ? "desc" : "asc");

type Place = { readonly id: string; readonly createdAt: Date };

const placeOf = (database: Database, owner: AgentOwner, id: string): Promise<Place | null> =>
  database.prisma.agent.findFirst({ where: { AND: [owned(owner), { id }] }, select: { id: true, createdAt: true } });

/** What comes behind a place in an order. */
function beyond({ createdAt, id }: Place, direction: "asc" | "desc"): Prisma.AgentWhereInput {
  const than = <Value>(value: Value) => (direction === "asc" ? { gt: value } : { lt: value });
  return { OR: [{ createdAt: than(createdAt) }, { createdAt, id: than(id) }] };
}

/** The agents that Prisma finds, as all agents are read. */
async function listed(database: Database, { accountId }: AgentOwner, query: Prisma.AgentFindManyArgs) {
  const found = await database.prisma.agent.findMany({ ...query, select: { id: true } });
  return findAgents(
    database,
    accountId,
    found.map(({ id }) => id),
  );
}

export type AgentFields = AgentDoors &
  AgentRecall &
  Pick<
    Agent,
    "name" | "canonicalName" | "about" | "instructions" | "model" | "settings" | "systemTemplate" | "projectId"
  > & {
    readonly extraSettings: unknown;
    readonly metadata: unknown;
    /** The account's indexes that it is to have, in their order. Absent: those that it has. */
    readonly indexIds?: readonly string[];
  };

const json = ({ settings, extraSettings, metadata }: Partial<AgentFields>) => ({
  settings: jsonInput(settings),
  extraSettings: jsonInput(extraSettings),
  metadata: jsonInput(metadata),
});

const positions = (indexIds: readonly string[]) => indexIds.map((indexId, position) => ({ indexId, position }));

/**
 * Inserts an agent with its indexes. Throws the violation of "Agent_canonicalName_key", "Agent_slug_key", "Agent_pkey"
 * or "AgentIndex_indexId_fkey" as it is.
 */
export async function insertAgent(
  database: Database,
  accountId: string,
  id: string,
  { instructions, indexIds = [], ...fields }: AgentFields,
): Promise<void> {
  await database.prisma.agent.create({
    data: {
      ...fields,
      ...json(fields),
      id,
      accountId,
      instructions: [...instructions],
      indexes: { create: positions(indexIds) },
    },
    select: { id: true },
  });
}

const STATE = { instructions: true, settings: true, extraSettings: true, metadata: true } as const;

/** What a change of an agent may depend on. */
export type AgentState = Pick<Agent, keyof typeof STATE>;

/**
 * Sets what `change` gives of an agent. It is told what the agent is now, and until its answer is written nobody else
 * changes that. Gives whether there is one. Throws violations as `insertAgent` does, and what `change` throws.
 */
export async function changeAgent(
  database: Database,
  accountId: string,
  id: string,
  change: (now: AgentState) => Partial<AgentFields>,
): Promise<boolean> {
  return inPrismaTransaction(database, async (prisma) => {
    // The first write holds the row, so what it gives is what stands until the second.
    const [row] = await prisma.agent.updateManyAndReturn({
      where: { id, accountId },
      data: { updatedAt: new Date() },
      select: STATE,
    });
    if (!row) return false;
    const { instructions, indexIds, ...fields } = change(AgentRow.pick(STATE).parse(row));
    await prisma.agent.update({
      where: { id, accountId },
      data: {
        ...fields,
        ...json(fields),
        ...(instructions && { instructions: [...instructions] }),
        ...(indexIds && { indexes: { deleteMany: {}, create: positions(indexIds) } }),
      },
      select: { id: true },
    });
    return true;
  });
}

/** Deletes an agent of the account with its tools and docs. Gives whether there was one. */
export async function deleteAgent(database: Database, accountId: string, id: string): Promise<boolean> {
  await emptyOwner(database, accountId, { role: "agent", id });
  const { count } = await database.prisma.agent.deleteMany({ where: { id, accountId } });
  if (count > 0) await forgetDocs(database, accountId, [id.toLowerCase()]);
  return count > 0;
}

/** The account's default agent and project. The agent is made when there is none; the project every account has. */
export async function ensureDefaultAgent(
  database: Database,
  accountId: string,
  newAgent: { readonly id: string; readonly systemTemplate: string },
): Promise<{ readonly agentId: string; readonly projectId: string }> {
  const canonicalName = `parley_${newAgent.id.replaceAll("-", "")}`;
  const given = { name: "Parley", canonicalName, slug: null, about: "", instructions: [], isDefault: true };
  await insertOwnAgent(database, { ...newAgent, ...given, accountId });
  const found = await findDefaults(database, accountId);
  if (!found?.agentId) throw new Error("An account without a default agent, though one was made just now");
  return { agentId: found.agentId, projectId: found.projectId };
}

/** The account's default project, and its default agent or null where none has been made; null: there is no account. */
export async function findDefaults(
  database: Database,
  accountId: string,
): Promise<{ readonly agentId: string | null; readonly projectId: string } | null> {
  const [found] = await findDefaultIds(database, { accountId });
  return found ?? null;
}

/** Makes an agent that comes with the server. Nothing happens where its id, slug or canonical name is taken. */
export const insertShippedAgent = (
  database: Database,
  accountId: string,
  agent: Pick<AgentFields, "name" | "canonicalName" | "slug" | "about" | "instructions" | "systemTemplate"> & {
    readonly id: string;
  },
): Promise<unknown> => insertOwnAgent(database, { ...agent, accountId, isDefault: false });
