import { createHash } from "node:crypto";
import type { PromptTrace } from "../../domain/prompt-trace.ts";
import type { ToolDefinition } from "../../domain/tool.ts";
import { summaryMessage, systemMessage } from "../render/describe.ts";
import { approximateTokens, promptTokens } from "../render/tokens.ts";
import type { PreparedTurn } from "./prepare.ts";

/** A text as a trace knows it again. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A tool as the text that a trace knows: what the model is told of it. */
export const toolText = ({ name, description, parameters }: ToolDefinition): string =>
  JSON.stringify({ name, description, parameters });

/** What is kept of a prompt after its turn: see `PromptTrace`. */
export function traceOf(prepared: PreparedTurn): PromptTrace {
  const { session, agent, users, docs, description, tip, forkPosition, input } = prepared;
  const { recipe, messages, fresh } = description;
  const [system, summary] = [systemMessage(recipe.system), summaryMessage(recipe.summary)];
  const sinceHead = messages.slice(system.length + summary.length);
  const { from, budget, overflow } = recipe;
  return {
    system: system.length === 0 ? null : { tokens: promptTokens(system), hash: hashOf(recipe.system) },
    agent: { id: agent.id, updatedAt: agent.updatedAt },
    users: users.map(({ id, updatedAt }) => ({ id, updatedAt })),
    docs: docs.map(({ docId, snippet }) => ({
      docId,
      pieceId: snippet.id,
      tokens: approximateTokens(snippet.content),
    })),
    ...(prepared.recallWay === null ? {} : { recall: prepared.recallWay }),
    summary:
      recipe.summary === null || session.replacement === null
        ? null
        : { id: session.replacement.id, tokens: promptTokens(summary), hash: hashOf(recipe.summary) },
    indexIds: prepared.reach.indexIds ? [...prepared.reach.indexIds] : [],
    numbersPassages: description.numbersPassages,
    tools: toolsOf(prepared),
    from,
    upto: forkPosition === null ? tip.nextPosition : forkPosition + 1,
    budget,
    overflow,
    newMessages: input.length,
    pastTokens: promptTokens(sinceHead.slice(0, sinceHead.length - fresh)),
    newTokens: promptTokens(sinceHead.slice(sinceHead.length - fresh)),
  };
}

function toolsOf({ agent, tools, offered }: PreparedTurn): PromptTrace["tools"] {
  return tools.map(({ definition }) => {
    const isOffered = offered.some(({ tool }) => tool.name === definition.name);
    const own = isOffered ? agent.tools.find(({ name }) => name === definition.name) : undefined;
    const text = toolText(definition);
    return {
      of: own ? ("agent" as const) : isOffered ? ("request" as const) : ("server" as const),
      id: own?.id ?? definition.name,
      tokens: approximateTokens(text),
      hash: hashOf(text),
    };
  });
}
