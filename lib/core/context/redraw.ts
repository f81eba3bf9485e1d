import { findAgents } from "../../db/agents.ts";
import { type ContextRun, findPieces, findSummaryText } from "../../db/context.ts";
import { findUsers } from "../../db/users.ts";
import type { Agent, User } from "../../domain/agent.ts";
import type { DocHit } from "../../domain/doc.ts";
import { ChatError } from "../../domain/errors.ts";
import type { PromptTrace } from "../../domain/prompt-trace.ts";
import type { SessionWithAgents } from "../../domain/session.ts";
import { renderSystem } from "../render/describe.ts";
import { fewTemplates } from "../render/few-templates.ts";
import type { Scope } from "../scope.ts";
import { builtinTools } from "../tools/builtin.ts";
import { toolDefinition } from "../tools/definitions.ts";
import { knowledgeDefinitions } from "../tools/knowledge.ts";
import { hashOf, toolText } from "../turn/trace.ts";

/**
 * Why a text can no longer be shown as it was sent. "request": it came with the request, or with the session's
 * settings.
 */
export type Change =
  | "agent-changed"
  | "agent-gone"
  | "user-changed"
  | "doc-gone"
  | "tool-changed"
  | "summary-gone"
  | "request";

/** A text of a prompt as it can be drawn now; null: not at all. `isAsSent`: it is to the letter what the model got. */
export type Redrawn = { readonly text: string | null; readonly isAsSent: boolean };

export type RedrawnHead = {
  readonly system: Redrawn | null;
  readonly summary: Redrawn | null;
  /** As they were recalled; a doc that is gone has neither title nor text. */
  readonly docs: readonly (Redrawn & { readonly title: string | null })[];
  /** The text is the JSON that the model is told of the tool. */
  readonly tools: readonly (Redrawn & { readonly name: string | null })[];
  readonly changes: readonly Change[];
};

/**
 * Draws what stood before the messages of a prompt again, from what is stored now: the system text by the same template
 * and variables as a turn does, docs, tools and summary. What differs from what was sent is known by its hash, and
 * told.
 *
 * While the turn runs its own texts are there. Never throws for a template that fails now.
 */
export async function redrawHead(
  scope: Scope,
  known: SessionWithAgents,
  { trace, recipe, agentId }: ContextRun & { readonly trace: PromptTrace },
): Promise<RedrawnHead> {
  const { database, accountId } = scope;
  const [agent = null] = agentId === null ? [] : await findAgents(database, accountId, [agentId]);
  const users = await findUsers(
    database,
    accountId,
    trace.users.map(({ id }) => id),
  );
  const found = await findPieces(
    database,
    accountId,
    trace.docs.map(({ pieceId }) => pieceId),
  );
  const summaryKey = trace.summary && { accountId, sessionId: known.session.id, id: trace.summary.id };
  const summary = recipe?.summary ?? (summaryKey && (await findSummaryText(database, summaryKey)));
  const system = recipe?.system ?? (await systemText(scope, known, { agent, users, docs: found, trace }));
  const drawn = {
    system: trace.system && redrawn(system, trace.system.hash),
    summary: trace.summary && redrawn(summary, trace.summary.hash),
    docs: trace.docs.map(({ pieceId }) => {
      const hit = found.find(({ snippet }) => snippet.id === pieceId);
      // A doc never changes.
      return { title: hit?.title ?? null, text: hit?.snippet.content ?? null, isAsSent: hit !== undefined };
    }),
    tools: toolsOf(trace, agent),
  };
  return { ...drawn, changes: changesOf(trace, drawn, { agent, users }) };
}

const redrawn = (text: string | null, hash: string): Redrawn => ({
  text,
  isAsSent: text !== null && hashOf(text) === hash,
});

type Made = {
  readonly agent: Agent | null;
  readonly users: readonly User[];
  readonly docs: readonly DocHit[];
  readonly trace: PromptTrace;
};

/** The system text as it comes out now; null where there is nothing to draw it from. */
async function systemText(
  scope: Scope,
  { session, agents }: SessionWithAgents,
  { agent, users, docs, trace }: Made,
): Promise<string | null> {
  if (agent === null || trace.system === null) return null;
  const settings = { ...(agent.model === "" ? {} : { model: agent.model }), ...agent.settings };
  const described = { session, agent, agents, users, tools: agent.tools, settings, docs };
  const render = fewTemplates(scope.templatesOf(scope.accountId));
  try {
    return await renderSystem(render, session.systemTemplate ?? agent.systemTemplate, described);
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "bad-request") return null;
    throw thrown;
  }
}

/** The server's own tools as models are told of them. */
const OWN = [...builtinTools.map(({ definition }) => definition), ...knowledgeDefinitions];

function toolsOf(trace: PromptTrace, agent: Agent | null): RedrawnHead["tools"] {
  return trace.tools.map(({ of, id, hash }) => {
    const own = of === "agent" ? agent?.tools.find((tool) => tool.id === id) : undefined;
    const builtin = of === "server" ? OWN.find(({ name }) => name === id) : undefined;
    const definition = own ? toolDefinition(own) : (builtin ?? null);
    const name = definition?.name ?? (of === "agent" ? null : id);
    return { name, ...redrawn(definition && toolText(definition), hash) };
  });
}

function changesOf(
  trace: PromptTrace,
  { system, summary, docs, tools }: Omit<RedrawnHead, "changes">,
  { agent, users }: Pick<Made, "agent" | "users">,
): Change[] {
  const changes: Change[] = [];
  const isOther = (now: { readonly updatedAt: Date } | undefined, then: { readonly updatedAt: Date }) =>
    now?.updatedAt.getTime() !== then.updatedAt.getTime();
  // What has changed without a trace in what was sent is no news.
  if (system !== null && !system.isAsSent) {
    if (agent === null) changes.push("agent-gone");
    else if (isOther(agent, trace.agent)) changes.push("agent-changed");
    if (
      trace.users.some((then) =>
        isOther(
          users.find(({ id }) => id === then.id),
          then,
        ),
      )
    )
      changes.push("user-changed");
  }
  if (docs.some(({ text }) => text === null)) changes.push("doc-gone");
  if (summary !== null && !summary.isAsSent) changes.push("summary-gone");
  if (system !== null && !system.isAsSent && changes.length === 0) changes.push("request");
  if (tools.some(({ isAsSent }, n) => !isAsSent && trace.tools[n]?.of !== "request")) changes.push("tool-changed");
  if (trace.tools.some(({ of }) => of === "request") && !changes.includes("request")) changes.push("request");
  return changes;
}
