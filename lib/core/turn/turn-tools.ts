import { type DocOwners, isNobody } from "../../domain/doc.ts";
import { ChatError } from "../../domain/errors.ts";
import type { ToolChoice } from "../../domain/model.ts";
import type { Session } from "../../domain/session.ts";
import { isServerTool, type Tool } from "../../domain/tool.ts";
import type { TurnPlan, TurnPolicy } from "../../domain/turn-policy.ts";
import { type SourceNumbers, sourceNumbers } from "../knowledge/source-numbers.ts";
import type { Scope } from "../scope.ts";
import { builtinTools } from "../tools/builtin.ts";
import { toolDefinition } from "../tools/definitions.ts";
import { knowledgeTools } from "../tools/knowledge.ts";
import { mayRun } from "../tools/who-may.ts";
import type { TurnTool } from "./run-turn.ts";

type OfferedTool = TurnPlan["tools"][number];

/** Which of the tools that are listed for a turn the model is offered, and which of them the server runs. */
export function offeredTools(
  scope: Scope,
  session: Session,
  policy: TurnPolicy,
  listed: readonly Tool[],
): readonly OfferedTool[] {
  const isServers = policy.runsTools === "session" ? session.autoRunTools : policy.runsTools === "server";
  const runsTools = isServers && !session.forwardToolCalls;
  return listed
    .map((tool) => ({ tool, isRun: runsTools && isServerTool(tool) && mayRun(scope, tool) }))
    .filter(OFFERED[policy.ownTools]);
}

const isFunction = ({ tool }: OfferedTool): boolean => tool.type === "function";

const OFFERED: Readonly<Record<TurnPolicy["ownTools"], (tool: OfferedTool) => boolean>> = {
  all: () => true,
  runnable: ({ isRun }) => isRun,
  functions: isFunction,
  "runnable-and-functions": (tool) => tool.isRun || isFunction(tool),
  none: () => false,
};

/** Whether a turn has the server's own tools. */
const hasOwnTools = (scope: Pick<Scope, "hasBuiltinTools">, policy: TurnPolicy): boolean =>
  policy.withBuiltinTools && scope.hasBuiltinTools !== false;

/**
 * Offered tools, and the server's own behind which they come, as a turn runs them: those that look into docs where some
 * are in its reach. A name is offered once.
 */
export function turnTools(
  scope: Scope,
  session: Session,
  policy: TurnPolicy,
  offered: readonly OfferedTool[],
  reach: DocOwners = {},
  numbers: SourceNumbers = sourceNumbers(),
): readonly TurnTool[] {
  const looking = isNobody(reach) ? [] : knowledgeTools(scope, reach, numbers);
  const own = hasOwnTools(scope, policy) ? [...builtinTools, ...looking] : [];
  const names = new Set(offered.map(({ tool }) => tool.name));
  const runOf = ({ tool, isRun }: OfferedTool): TurnTool["run"] =>
    isRun && isServerTool(tool) && mayRun(scope, tool)
      ? (input, signal) => scope.runTool({ scope, session, tool, input, signal })
      : null;
  return [
    ...own.filter((tool) => !names.has(tool.definition.name)),
    ...offered.map((one) => ({ definition: toolDefinition(one.tool), run: runOf(one) })),
  ];
}

/** Throws "bad-request" where a tool is forced that is not offered. */
export function checkToolChoice(choice: ToolChoice, tools: readonly TurnTool[]): void {
  if (typeof choice === "string" || tools.some((tool) => tool.definition.name === choice.name)) return;
  throw new ChatError("bad-request", `The tool "${choice.name}" is to be called and is not among the tools`, {
    noun: "tool",
    id: choice.name,
    field: "toolChoice",
  });
}
