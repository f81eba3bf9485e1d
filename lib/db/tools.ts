import { Tool } from "../domain/tool.ts";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { inPrismaTransaction, jsonInput } from "./prisma.ts";

export type ToolFields = Tool & { readonly openToStrangers: boolean };

const select = { name: true, type: true, description: true, spec: true, openToStrangers: true } as const;
const toFields = (row: Prisma.ToolGetPayload<{ select: typeof select }>): ToolFields => ({
  ...Tool.parse(row),
  openToStrangers: row.openToStrangers,
});

const toData = ({ name, type, description, spec, openToStrangers }: ToolFields) => ({
  name,
  type,
  description,
  spec: jsonInput(spec),
  openToStrangers,
});

/** An agent of an account. */
type Owner = { readonly accountId: string; readonly agentId: string };

/**
 * Adds a tool behind an agent's others. Gives whether the account has such an agent. Throws the violation of
 * "Tool_agentId_name_key" as it is.
 */
export async function insertTool(
  database: Database,
  { accountId, agentId }: Owner,
  id: string,
  tool: ToolFields,
): Promise<boolean> {
  const { prisma } = database;
  const agent = await prisma.agent.findFirst({ where: { id: agentId, accountId }, select: { id: true } });
  if (!agent) return false;
  const { _max } = await prisma.tool.aggregate({ where: { agentId }, _max: { position: true } });
  // Two that come at once may get one position; then their ids say which is first.
  const position = (_max.position ?? 0) + 1;
  await prisma.tool.create({ data: { id, agentId, position, ...toData(tool) }, select: { id: true } });
  return true;
}

/**
 * Sets all fields of an agent's tool. `change` is told what the tool is now, and until its answer is written nobody
 * else changes that. Gives whether there is one. Throws the violation of its name as it is, and what `change` throws.
 */
export async function changeTool(
  database: Database,
  { accountId, agentId }: Owner,
  id: string,
  change: (now: ToolFields) => ToolFields,
): Promise<boolean> {
  return inPrismaTransaction(database, async (prisma) => {
    // The first write holds the row, so what it gives is what stands until the second.
    const [row] = await prisma.tool.updateManyAndReturn({
      where: { id, agentId, agent: { accountId } },
      data: { updatedAt: new Date() },
      select,
    });
    if (!row) return false;
    await prisma.tool.update({ where: { id }, data: toData(change(toFields(row))), select: { id: true } });
    return true;
  });
}

/** Deletes a tool of an agent. Gives whether there was one. */
export async function deleteTool(database: Database, { accountId, agentId }: Owner, id: string): Promise<boolean> {
  const { count } = await database.prisma.tool.deleteMany({ where: { id, agentId, agent: { accountId } } });
  return count > 0;
}
