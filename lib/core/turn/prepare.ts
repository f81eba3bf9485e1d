import { findAgents, findDefaultAgent } from "../../db/agents.ts";
import { readLine, type Tip } from "../../db/messages.ts";
import { findSessionWithAgents } from "../../db/session-agents.ts";
import { findUsers } from "../../db/users.ts";
import type { Agent, User } from "../../domain/agent.ts";
import type { DocHit } from "../../domain/doc.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { ModelSettings, ToolChoice } from "../../domain/model.ts";
import type { Session, SessionWithAgents } from "../../domain/session.ts";
import { isServerTool, type Tool } from "../../domain/tool.ts";
import { defaults } from "../agents.ts";
import { checkModel } from "../models.ts";
import { recallOptions } from "../recall/options.ts";
import { recall } from "../recall/recall.ts";
import { type DescribeInput, type Description, describe } from "../render/describe.ts";
import { renderInput } from "../render/input.ts";
import type { Scope } from "../scope.ts";
import { storedSettings } from "../settings.ts";
import { builtinTools } from "../tools/builtin.ts";
import { toolDefinition } from "../tools/definitions.ts";
import { readPast } from "./past.ts";
import type { TurnTool } from "./run-turn.ts";

/** What a turn is to do: the same for sending it and for showing what would be sent. */
export type TurnRequest = {
  /** Null: it has none, or makes one; what is known then stands in for it. */
  readonly sessionId: string | null;
  /** The session and its agents as the caller has just read them. */
  readonly known?: SessionWithAgents;
  /** The message after which the new ones come; null: before all. Absent: at the end of the active line. */
  readonly parentId?: string | null;
  readonly agentId?: string;
  /** "member": the agent must be in the session. "any": any agent of the account, and its default one where none is. */
  readonly agentRule: "member" | "any";
  readonly input: readonly NewMessage[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly settings: ModelSettings;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Whether docs are looked for. */
  readonly recall: boolean;
  readonly recallTools: boolean;
  /** Whether templates in new system and assistant messages are rendered, where the session has them rendered. */
  readonly rendersInput: boolean;
  /** What an over-long prompt does where the session does not say. */
  readonly overflow: "refuse" | "truncate";
  /** Whether the server's own tools are offered. */
  readonly withBuiltinTools: boolean;
  /** Whether the tools of the agent and of the request are offered: all, those that the server runs, or none. */
  readonly withCallerTools: "all" | "runnable" | "none";
  /** Whether the server runs those of these tools that it can. Absent: as the session says. */
  readonly runsTools?: boolean;
};

export type PreparedTurn = {
  readonly session: Session;
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly users: readonly User[];
  readonly tip: Tip;
  /** The new messages as the model sees them and as they are stored. */
  readonly input: readonly NewMessage[];
  /** Where the line is to fork, null when the new messages come at its end. */
  readonly forkPosition: number | null;
  readonly settings: ModelSettings & { readonly model: string };
  readonly tools: readonly TurnTool[];
  /** Agent's tools and then the request's, those with a taken name left out. */
  readonly listedTools: readonly Tool[];
  /** What was recalled, best first. */
  readonly docs: readonly DocHit[];
  readonly description: Description;
  /** Tokens that the prompt may have, null where nobody knows. */
  readonly budget: number | null;
};

/**
 * Reads what a turn needs and assembles its prompt. Writes nothing.
 *
 * Throws "not-found" for the session, the parent message or the agent, "bad-request" for a session without an agent, a
 * model or tool choice that is not there, or a template that fails, "prompt-too-big" for a prompt over its budget.
 */
export async function prepareTurn(scope: Scope, request: TurnRequest): Promise<PreparedTurn> {
  const { database, accountId } = scope;
  const { sessionId } = request;
  const known =
    request.known ?? (sessionId === null ? null : await findSessionWithAgents(database, accountId, sessionId));
  if (!known) throw notFound("session", sessionId ?? undefined);
  const { session, agents } = known;
  const users = await findUsers(database, accountId, session.userIds);
  const agent = await activeAgent(scope, request, agents);
  if (scope.onlyAgentId != null && agent.id !== scope.onlyAgentId) throw notFound("agent", agent.id);

  const listedTools = [...agent.tools, ...request.tools].filter(
    (tool, n, all) => all.findIndex((other) => other.name === tool.name) === n,
  );
  const tools = turnTools(scope, session, request, listedTools);
  const stored = { ...(agent.model === "" ? {} : { model: agent.model }), ...storedSettings(agent.settings) };
  const merged = { ...stored, ...request.settings };
  const model = merged.model ?? scope.models.defaultModel;
  await checkModel(scope, request.settings.model);
  checkToolChoice(request.toolChoice, tools);
  const budget = await promptBudget(scope, session, model, merged);
  const overflow = session.contextOverflow === null ? request.overflow : "truncate";
  const wholeLine = await pastOf(scope, session, request, overflow === "truncate" ? budget : null);
  const { line, forkPosition } = cut(wholeLine, request.parentId);
  const docs = request.recall ? await recalled(scope, session, agent, users, [...line, ...request.input]) : [];

  const unrendered: DescribeInput = {
    session,
    agent,
    agents,
    users,
    tools: listedTools,
    docs,
    // A fork is cut from the whole line, which may end before the summary does.
    summary: request.parentId === undefined ? session.replacement : null,
    settings: merged,
    metadata: request.metadata,
    line,
    input: request.input,
    recallTools: request.recallTools,
    budget,
    overflow,
  };
  const rendersInput = request.rendersInput && session.renderTemplates;
  const input = rendersInput ? await renderInput(scope.renderTemplate, request.input, unrendered) : request.input;
  const description = await describe(scope.renderTemplate, { ...unrendered, input });
  const last = wholeLine.at(-1);
  // What waited in line comes after what it waited for.
  const earliest = last?.createdAt.getTime() ?? 0;
  const dated = input.map((message) => ({
    ...message,
    createdAt: new Date(Math.max(message.createdAt.getTime(), earliest)),
  }));
  return {
    session,
    agent,
    agents,
    users,
    tip: { branchId: session.activeBranchId, nextPosition: (last?.position ?? -1) + 1 },
    input: dated,
    forkPosition,
    settings: { ...merged, model },
    tools,
    listedTools,
    docs,
    description,
    budget,
  };
}

/** The line before the new messages, as far as the prompt may hold it. A fork is looked for in all of it. */
async function pastOf(
  scope: Scope,
  session: Session,
  { parentId, recallTools }: TurnRequest,
  budget: number | null,
): Promise<readonly Message[]> {
  // An empty line has no message; should one come meanwhile, the claim notices.
  if (session.nextPosition === 0) return [];
  if (parentId === undefined) return readPast(scope, session, budget, recallTools);
  return readLine(scope.database, scope.accountId, session.id);
}

async function recalled(
  scope: Scope,
  session: Session,
  agent: Agent,
  users: readonly User[],
  messages: readonly NewMessage[],
): Promise<readonly DocHit[]> {
  const owners = {
    agentIds: agent.hasDocs ? [agent.id] : [],
    userIds: users.filter((user) => user.hasDocs).map((user) => user.id),
  };
  if (owners.agentIds.length + owners.userIds.length === 0) return [];
  return recall(scope, owners, messages, recallOptions(session.recallOptions));
}

async function activeAgent(scope: Scope, request: TurnRequest, agents: readonly Agent[]): Promise<Agent> {
  const { agentId } = request;
  const member = agentId === undefined ? agents[0] : agents.find((agent) => agent.id === agentId);
  if (member) return member;
  if (request.agentRule === "member") {
    if (agentId !== undefined) throw notFound("agent", agentId);
    throw new ChatError("bad-request", "The session has no agent. Add one with POST /sessions/{id}.", {
      noun: "agent",
    });
  }
  const known = agentId === undefined ? await findDefaultAgent(scope.database, scope.accountId) : null;
  if (known) return known;
  const id = agentId ?? (await defaults(scope)).agentId;
  const [agent] = await findAgents(scope.database, scope.accountId, [id]);
  if (!agent) throw notFound("agent", id);
  return agent;
}

function cut(line: readonly Message[], parentId: string | null | undefined) {
  if (parentId === undefined) return { line, forkPosition: null };
  const at = parentId === null ? -1 : line.findIndex((message) => message.id === parentId);
  if (parentId !== null && at < 0) throw notFound("message", parentId);
  const kept = line.slice(0, at + 1);
  const isTip = kept.length === line.length;
  return { line: kept, forkPosition: isTip ? null : (kept.at(-1)?.position ?? -1) };
}

function turnTools(scope: Scope, session: Session, request: TurnRequest, listed: readonly Tool[]): TurnTool[] {
  const own = request.withBuiltinTools ? builtinTools : [];
  const runsTools = (request.runsTools ?? session.autoRunTools) && !session.forwardToolCalls;
  const runOf = (tool: Tool): TurnTool["run"] =>
    runsTools && isServerTool(tool) ? (input, signal) => scope.runTool({ scope, session, tool, input, signal }) : null;
  const callers = (request.withCallerTools === "none" ? [] : listed).map((tool) => ({
    definition: toolDefinition(tool),
    run: runOf(tool),
  }));
  const offered = request.withCallerTools === "runnable" ? callers.filter(({ run }) => run !== null) : callers;
  const names = new Set(offered.map((tool) => tool.definition.name));
  return [...own.filter((tool) => !names.has(tool.definition.name)), ...offered];
}

function checkToolChoice(choice: ToolChoice, tools: readonly TurnTool[]): void {
  if (typeof choice === "string" || tools.some((tool) => tool.definition.name === choice.name)) return;
  throw new ChatError("bad-request", `tool_choice names "${choice.name}", which is not among the tools`, {
    field: "tool_choice",
  });
}

/** Tokens a prompt may have: the session's budget, else the model's window less the room for the answer. */
async function promptBudget(
  scope: Scope,
  session: Session,
  model: string,
  settings: ModelSettings,
): Promise<number | null> {
  if (session.tokenBudget !== null) return session.tokenBudget;
  const known = await scope.models.list(scope.providerKey).catch(() => []);
  const window = known.find((one) => one.id === model)?.contextWindow ?? null;
  return window === null ? null : Math.max(1, window - (settings.maxTokens ?? Math.min(4096, Math.floor(window / 4))));
}
