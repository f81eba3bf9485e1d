import { findAgents, findDefaultAgent } from "../../db/agents.ts";
import type { Tip } from "../../db/messages.ts";
import { findSessionWithAgents } from "../../db/session-agents.ts";
import { findUsers } from "../../db/users.ts";
import type { Agent, User } from "../../domain/agent.ts";
import { type DocHit, type DocOwners, isNobody } from "../../domain/doc.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { ModelSettings } from "../../domain/model.ts";
import type { RecallOptions, RecallWay } from "../../domain/recall-options.ts";
import type { Session } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import type { TurnPlan, TurnPolicy } from "../../domain/turn-policy.ts";
import { defaults } from "../agents.ts";
import { recalledHits } from "../knowledge/retrieved.ts";
import { sourceNumbers } from "../knowledge/source-numbers.ts";
import { checkModel } from "../models.ts";
import { NOT_LOOKED, type RecalledForTurn, recallForTurn } from "../recall/for-turn.ts";
import { type Description, describe } from "../render/describe.ts";
import type { DescribeInput } from "../render/describe-input.ts";
import { fewTemplates } from "../render/few-templates.ts";
import { withShares } from "../render/file-shares.ts";
import { renderInput } from "../render/input.ts";
import type { Scope } from "../scope.ts";
import { toolsInReach } from "../tools/who-may.ts";
import { answeringInput } from "./answer-calls.ts";
import { checkMayFork } from "./may-fork.ts";
import { pastOf, renames } from "./past-of-turn.ts";
import type { TurnTool } from "./run-turn.ts";
import type { TurnRequest } from "./turn-request.ts";
import { checkToolChoice, offeredTools, turnTools } from "./turn-tools.ts";

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
  /**
   * Whether the session begins with another question now, and has a title of the one before that no person has chosen.
   */
  readonly renames: boolean;
  readonly settings: ModelSettings & { readonly model: string };
  /** What the model is offered besides the server's own tools. */
  readonly offered: TurnPlan["tools"];
  readonly tools: readonly TurnTool[];
  /** Agent's tools and then the request's, those with a taken name left out. */
  readonly listedTools: readonly Tool[];
  /** Whose docs are in its reach: its tools look into them. */
  readonly reach: DocOwners;
  /** What was recalled, best first. */
  readonly docs: readonly DocHit[];
  /** How that was looked for; null: nobody has looked. */
  readonly recallWay: RecallWay | null;
  readonly description: Description;
  /** Tokens that the prompt may have, null where nobody knows. */
  readonly budget: number | null;
};

/**
 * Reads what a turn needs and assembles its prompt. Writes nothing.
 *
 * Throws "not-found" for the session, the parent message or the agent, "bad-request" for a session without an agent, a
 * model or tool choice that is not there, or a template that fails, "prompt-too-big" for a prompt over its budget,
 * "conflict" for answers to calls that do not wait, and for a fork of a session that has as many branches as it may.
 */
export async function prepareTurn(scope: Scope, policy: TurnPolicy, request: TurnRequest): Promise<PreparedTurn> {
  const { database, accountId } = scope;
  const { sessionId } = request;
  const known =
    request.known ?? (sessionId === null ? null : await findSessionWithAgents(database, accountId, sessionId));
  if (!known) throw notFound("session", sessionId ?? undefined);
  const { session, agents } = known;
  const users = await findUsers(database, accountId, session.userIds);
  const agent = await activeAgent(scope, policy, request, agents);
  if (scope.onlyAgentId != null && agent.id !== scope.onlyAgentId) throw notFound("agent", agent.id);

  const listedTools = toolsInReach(scope, [...agent.tools, ...request.tools]).filter(
    (tool, n, all) => all.findIndex((other) => other.name === tool.name) === n,
  );
  const offered = offeredTools(scope, session, policy, listedTools);
  const reach = reachOf(scope, { session, agent, users }, request);
  const numbers = sourceNumbers();
  const tools = turnTools(scope, session, policy, offered, reach, numbers);
  const stored = { ...(agent.model === "" ? {} : { model: agent.model }), ...agent.settings };
  const merged = { ...stored, ...request.settings };
  const model = merged.model ?? scope.models.defaultModel;
  await checkModel(scope, request.settings.model);
  checkToolChoice(request.toolChoice, tools);
  const budget = await promptBudget(scope, session, model, merged);
  const overflow = session.contextOverflow === null ? policy.overflow : "truncate";
  const most = overflow === "truncate" ? budget : null;
  const past = await pastOf(scope, session, request, policy.recallTools, most);
  const { line, from, forkPosition, nextPosition } = past;
  if (policy.stores && forkPosition !== null) await checkMayFork(scope, session.id);
  const given = request.answersCalls ? answeringInput(line, request.input) : request.input;
  const asked = withShares(given, budget);
  const told = (await isLookedInto(scope, model, tools)) ? { ...reach, indexIds: agent.indexIds } : reach;
  const found = policy.recall ? await recalled(scope, told, { session, agent }, [...line, ...asked]) : NOT_LOOKED;
  const { docs } = found;
  numbers.keep(recalledHits(docs, false).sources);

  const unrendered: DescribeInput = {
    session,
    agent,
    agents,
    users,
    tools: listedTools,
    docs,
    summary: past.replacement,
    settings: merged,
    metadata: request.metadata,
    line,
    input: asked,
    recallTools: policy.recallTools,
    from,
    budget,
    overflow,
  };
  const rendersInput = policy.rendersInput && session.renderTemplates;
  const render = fewTemplates(scope.templatesOf(accountId));
  const input = rendersInput ? await renderInput(render, asked, unrendered) : asked;
  const description = await describe(render, { ...unrendered, input });
  return {
    session,
    agent,
    agents,
    users,
    tip: { branchId: session.activeBranchId, nextPosition },
    input: behind(line, input),
    forkPosition,
    renames: await renames(scope, session, past, request.input),
    settings: { ...merged, model },
    offered,
    tools,
    listedTools,
    reach,
    docs,
    recallWay: found.way,
    description,
    budget,
  };
}

/** What is of the account as a whole is nothing for strangers, and nothing for who reaches one agent. */
const isInAccount = (scope: Scope): boolean => scope.stranger == null && scope.onlyAgentId == null;

type Participants = { readonly session: Session; readonly agent: Agent; readonly users: readonly User[] };

/**
 * D18: docs of the agent, its indexes and the turn's, or else the session's, the session's users, itself and its
 * project.
 */
function reachOf(scope: Scope, { session, agent, users }: Participants, { indexIds }: TurnRequest) {
  const own = isInAccount(scope) ? (indexIds ?? session.indexIds) : [];
  return {
    agentIds: agent.hasDocs ? [agent.id] : [],
    userIds: users.filter((user) => user.hasDocs).map((user) => user.id),
    indexIds: [...new Set([...own, ...agent.indexIds])],
    sessionIds: session.hasDocs ? [session.id] : [],
    projectIds: isInAccount(scope) && (agent.hasDocs || session.hasDocs) ? [session.projectId] : [],
  };
}

/** What waited in line, dated after what it waited for. */
function behind(line: readonly Pick<NewMessage, "createdAt">[], input: readonly NewMessage[]): readonly NewMessage[] {
  const earliest = line.at(-1)?.createdAt.getTime() ?? 0;
  return input.map((message) => ({
    ...message,
    createdAt: new Date(Math.max(message.createdAt.getTime(), earliest)),
  }));
}

/**
 * Whether tools look into the indexes of a turn: what they look into is not told beforehand too, but for what belongs
 * to the agent. True also where nobody can tell whether a model takes tools.
 */
async function isLookedInto(scope: Scope, model: string, tools: readonly TurnTool[]): Promise<boolean> {
  if (!tools.some(({ tellsPassages }) => tellsPassages)) return false;
  const known = await scope.models.list(scope.providerKey).catch(() => []);
  return known.find(({ id }) => id === model)?.tools !== false;
}

async function recalled(
  scope: Scope,
  owners: DocOwners,
  { session, agent }: Pick<Participants, "session" | "agent">,
  messages: readonly NewMessage[],
): Promise<RecalledForTurn> {
  if (isNobody(owners)) return NOT_LOOKED;
  const { docs, way } = await recallForTurn(
    scope,
    owners,
    messages,
    { ...recallOf(agent), ...session.recallOptions },
    session.origin,
  );
  return { docs: docs.map((hit) => ({ ...hit, recalledBy: agent.id })), way };
}

/** How docs are recalled for an agent, as far as it says. */
const recallOf = ({ indexTopN, indexSimilarityCutoff }: Agent): RecallOptions => ({
  ...(indexTopN === null ? {} : { limit: indexTopN }),
  ...(indexSimilarityCutoff === null ? {} : { confidence: indexSimilarityCutoff }),
});

async function activeAgent(
  scope: Scope,
  policy: TurnPolicy,
  request: TurnRequest,
  agents: readonly Agent[],
): Promise<Agent> {
  const { agentId } = request;
  const member = agentId === undefined ? agents[0] : agents.find((agent) => agent.id === agentId);
  if (member) return member;
  if (policy.agent === "member") {
    if (agentId !== undefined) throw notFound("agent", agentId);
    throw new ChatError("bad-request", "The session has no agent", { noun: "agent" });
  }
  const known = agentId === undefined ? await findDefaultAgent(scope.database, scope.accountId) : null;
  if (known) return known;
  const id = agentId ?? (await defaults(scope)).agentId;
  const [agent] = await findAgents(scope.database, scope.accountId, [id]);
  if (!agent) throw notFound("agent", id);
  return agent;
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
