import { canBeOpen, type Tool } from "../../domain/tool.ts";
import { mayEdit, reachesDialect } from "../reach.ts";
import type { Scope } from "../scope.ts";
import { operationRights } from "./operations.ts";

/**
 * The tools that the caller of a turn may know of: all, but for a stranger of a public bot those that are open to it.
 */
export const toolsInReach = (scope: Pick<Scope, "stranger">, tools: readonly Tool[]): readonly Tool[] =>
  scope.stranger == null ? tools : tools.filter(isOpen);

/** Marks that should not be there open nothing. */
const isOpen = (tool: Tool): boolean => tool.openToStrangers === true && canBeOpen(tool);

/** The dialect whose operations system tools are. */
const OPERATIONS_DIALECT = "julep";

/**
 * Whether the server may run a tool for the caller of a turn.
 *
 * A system tool is an operation of one dialect's API: a key that does not reach that, or may not change anything there,
 * does not reach it through a tool.
 */
export function mayRun(scope: Pick<Scope, "stranger" | "keyScopes" | "onlyAgentId">, tool: Tool): boolean {
  if (scope.stranger != null) return isOpen(tool);
  const { keyScopes = [], onlyAgentId = null } = scope;
  const isNarrow = keyScopes.length > 0 || onlyAgentId !== null;
  if (tool.type !== "system" || !isNarrow) return true;
  const rights = operationRights(tool.spec);
  if (!rights || !reachesDialect(keyScopes, OPERATIONS_DIALECT)) return false;
  const mayChange = !keyScopes.includes("read-only") && mayEdit({ keyScopes, onlyAgentId });
  return (rights.reads || mayChange) && (rights.ofOneAgent || onlyAgentId === null);
}
