import * as db from "../db/tools.ts";
import { violated } from "../db/violated.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import type { StoredTool } from "../domain/tool.ts";
import { getAgent } from "./agents.ts";
import type { Scope } from "./scope.ts";

/** A tool of an agent. Throws "not-found" for either. */
async function getTool(scope: Scope, agentId: string, id: string): Promise<StoredTool> {
  const tool = (await getAgent(scope, agentId)).tools.find((one) => one.id === id);
  if (!tool) throw notFound("tool", id);
  return tool;
}

/** Adds a tool to an agent. Throws "not-found" for the agent and "conflict" for a name that it has. */
export async function createTool(scope: Scope, agentId: string, tool: db.ToolFields): Promise<StoredTool> {
  const owner = await ownerOf(scope, agentId);
  const id = newId();
  const isMade = await unlessNamed(() => db.insertTool(scope.database, owner, id, tool));
  if (!isMade) throw notFound("agent", agentId);
  return getTool(scope, agentId, id);
}

/** Sets all of an agent's tool. Throws "not-found" and "conflict". */
export const replaceTool = (scope: Scope, agentId: string, id: string, tool: db.ToolFields): Promise<StoredTool> =>
  patchTool(scope, agentId, id, () => tool);

/**
 * Sets all of an agent's tool to what `change` makes of it: of two changes that come at once none is lost. Throws
 * "not-found" and "conflict", and what `change` throws.
 */
export async function patchTool(
  scope: Scope,
  agentId: string,
  id: string,
  change: (now: db.ToolFields) => db.ToolFields,
): Promise<StoredTool> {
  const owner = await ownerOf(scope, agentId);
  const isSet = isId(id) && (await unlessNamed(() => db.changeTool(scope.database, owner, id, change)));
  if (!isSet) throw notFound("tool", id);
  return getTool(scope, agentId, id);
}

/** Deletes an agent's tool. Throws "not-found". */
export async function deleteTool(scope: Scope, agentId: string, id: string): Promise<void> {
  const owner = await ownerOf(scope, agentId);
  const isGone = isId(id) && (await db.deleteTool(scope.database, owner, id));
  if (!isGone) throw notFound("tool", id);
}

const ownerOf = async (scope: Scope, agentId: string) => ({
  accountId: scope.accountId,
  agentId: (await getAgent(scope, agentId)).id,
});

/** Tells of a name that the agent has given to another tool. */
async function unlessNamed<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (thrown) {
    if (violated(thrown) !== "Tool_agentId_name_key") throw thrown;
    throw new ChatError("conflict", "The agent has a tool of this name", { field: "name" });
  }
}
