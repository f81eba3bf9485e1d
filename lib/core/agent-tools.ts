import * as db from "../db/tools.ts";
import { violated } from "../db/violated.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import { canBeOpen, type StoredTool, type Tool } from "../domain/tool.ts";
import { getAgent } from "./agents.ts";
import { checkMayEdit } from "./reach.ts";
import type { Scope } from "./scope.ts";

/** An agent is read with all of its tools: so many, each of so many characters as JSON. */
const MOST_TOOLS = 128;
const MOST_CHARACTERS = 64 * 1024;

/** A tool of an agent. Throws "not-found" for either. */
async function getTool(scope: Scope, agentId: string, id: string): Promise<StoredTool> {
  const tool = (await getAgent(scope, agentId)).tools.find((one) => one.id === id);
  if (!tool) throw notFound("tool", id);
  return tool;
}

/**
 * Adds a tool to an agent. Throws "not-found" for the agent, "conflict" for a name that it has, and "bad-request" for a
 * tool that cannot be opened to strangers and is to be, for one that is too long, and where the agent has 128 tools.
 */
export async function createTool(scope: Scope, agentId: string, tool: Tool): Promise<StoredTool> {
  const owner = await ownerOf(scope, agentId);
  if (owner.tools.length >= MOST_TOOLS) {
    throw new ChatError("bad-request", `An agent has at most ${MOST_TOOLS} tools: delete one first`, { noun: "tool" });
  }
  const id = newId();
  const fields = toolFields(tool, null);
  const isMade = await unlessNamed(() => db.insertTool(scope.database, owner, id, fields));
  if (!isMade) throw notFound("agent", agentId);
  return getTool(scope, agentId, id);
}

/** Sets all of an agent's tool. Throws as `createTool` does. */
export const replaceTool = (scope: Scope, agentId: string, id: string, tool: Tool): Promise<StoredTool> =>
  patchTool(scope, agentId, id, () => tool);

/**
 * Sets all of an agent's tool to what `change` makes of it: of two changes that come at once none is lost. Throws as
 * `createTool` does, and what `change` throws.
 */
export async function patchTool(
  scope: Scope,
  agentId: string,
  id: string,
  change: (now: Tool) => Tool,
): Promise<StoredTool> {
  const owner = await ownerOf(scope, agentId);
  const changed = (now: db.ToolFields) => toolFields(change(now), now);
  const isSet = isId(id) && (await unlessNamed(() => db.changeTool(scope.database, owner, id, changed)));
  if (!isSet) throw notFound("tool", id);
  return getTool(scope, agentId, id);
}

/** A tool as it is stored. A caller that does not say whether it is open leaves that, as long as the type stays. */
function toolFields(tool: Tool, old: db.ToolFields | null): db.ToolFields {
  if (JSON.stringify([tool.description, tool.spec]).length > MOST_CHARACTERS) {
    const message = `A tool with its description has at most ${MOST_CHARACTERS} characters as JSON`;
    throw new ChatError("bad-request", message, { noun: "tool", field: "spec" });
  }
  const isOpen = old?.type === tool.type && old.openToStrangers;
  const openToStrangers = tool.openToStrangers ?? isOpen;
  if (openToStrangers && !canBeOpen(tool)) {
    throw new ChatError("bad-request", "Only an HTTP request or an integration can be open to strangers", {
      noun: "tool",
      field: "openToStrangers",
    });
  }
  return { ...tool, openToStrangers };
}

/** Deletes an agent's tool. Throws "not-found". */
export async function deleteTool(scope: Scope, agentId: string, id: string): Promise<void> {
  const owner = await ownerOf(scope, agentId);
  const isGone = isId(id) && (await db.deleteTool(scope.database, owner, id));
  if (!isGone) throw notFound("tool", id);
}

/** The agent whose tools are to be changed. Throws "not-found", and "forbidden" for a key that may not change it. */
async function ownerOf(scope: Scope, agentId: string) {
  const { id, tools } = await getAgent(scope, agentId);
  checkMayEdit(scope);
  return { accountId: scope.accountId, agentId: id, tools };
}

/** Tells of a name that the agent has given to another tool. */
async function unlessNamed<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (thrown) {
    if (violated(thrown) !== "Tool_agentId_name_key") throw thrown;
    throw new ChatError("conflict", "The agent has a tool of this name", { field: "name" });
  }
}
