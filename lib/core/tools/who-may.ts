import { z } from "zod";
import { reachesDialect } from "../../domain/api-key.ts";
import { canBeOpen, type Tool } from "../../domain/tool.ts";
import type { Scope } from "../scope.ts";

/** The tools that the caller of a turn may know of: all, but for a stranger of a public bot those that are open to it. */
export const toolsInReach = (scope: Pick<Scope, "stranger">, tools: readonly Tool[]): readonly Tool[] =>
  scope.stranger == null ? tools : tools.filter(isOpen);

/** Marks that should not be there open nothing. */
const isOpen = (tool: Tool): boolean => tool.openToStrangers === true && canBeOpen(tool);

const SystemSpec = z.object({
  resource: z.string(),
  operation: z.string(),
  subresource: z.string().nullish(),
});

const READING: readonly string[] = ["get", "list", "search", "history", "embed"];
/** What a key of one agent may do with that agent; which agent it is, the operations themselves check. */
const OF_ONE_AGENT: readonly string[] = [
  "agent.get",
  "agent.list",
  "agent.update",
  "agent.patch",
  "agent.create_or_update",
  "agent.delete",
  "agent.doc.list",
  "agent.doc.search",
  "doc.get",
];

/**
 * Whether the server may run a tool for the caller of a turn.
 *
 * A system tool is an operation of Julep's API: a key that does not reach it there, or not to change something, does not
 * reach it through a tool. A key of one agent does what the dialects of assistants and bots let it do with the agent, and
 * reads the docs that a turn would recall.
 */
export function mayRun(scope: Pick<Scope, "stranger" | "keyScopes" | "onlyAgentId">, tool: Tool): boolean {
  if (scope.stranger != null) return isOpen(tool);
  const { keyScopes = [], onlyAgentId = null } = scope;
  const isNarrow = keyScopes.length > 0 || onlyAgentId !== null;
  if (tool.type !== "system" || !isNarrow) return true;
  const spec = SystemSpec.safeParse(tool.spec).data;
  if (!spec || !reachesDialect(keyScopes, "julep")) return false;
  if (keyScopes.includes("read-only") && !READING.includes(spec.operation)) return false;
  const name = [spec.resource, spec.subresource, spec.operation].filter(Boolean).join(".");
  return onlyAgentId === null || OF_ONE_AGENT.includes(name);
}
