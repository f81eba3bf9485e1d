import { type AgentInput, type AgentState, instructionsOf } from "../../core/agents.ts";
import { PLAIN_TEMPLATE } from "../../core/render/templates.ts";
import { changedSettings, type SettingsChange, withoutUnset } from "../../core/settings.ts";
import { sessionToMake, unstoredSession } from "../../core/turn/fresh-session.ts";
import type { TurnCall } from "../../core/turn/turn-call.ts";
import type { Agent } from "../../domain/agent.ts";
import { ChatError } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import type { NewMessage, Part } from "../../domain/message.ts";
import type { ModelSettings } from "../../domain/model.ts";
import type { SessionWithAgents } from "../../domain/session.ts";
import { decodeResponseFormat } from "../response-format.ts";
import { assistantsPolicy } from "./policy.ts";
import type { AssistantBody, CompletionBody } from "./schema.ts";

/** The model that an agent answers with: the only one a call may name. */
export const agentModel = (agent: Agent, defaultModel: string): string =>
  (agent.settings.model ?? agent.model) || defaultModel;

/**
 * Checks what a schema cannot: the roles, which depend on the agent, and the model (the contract, 2.1 and 2.2).
 *
 * Throws "bad-request".
 */
export function checkMessages(agent: Agent, body: CompletionBody, model: string): void {
  for (const [n, { role }] of body.messages.entries()) {
    const isCallers = role === "user" || role === "assistant";
    const isSystem = role === "system" || role === "developer";
    if (isCallers || (isSystem && agent.allowCallerSystem)) continue;
    throw new ChatError("bad-request", `Unsupported role: ${role}`, { noun: "role", field: `messages[${n}].role` });
  }
  if (body.model && body.model !== model) {
    throw new ChatError("bad-request", `Unexpected model: ${body.model}`, { noun: "model", field: "model" });
  }
}

const IGNORED = [
  "tools",
  "tool_choice",
  "functions",
  "function_call",
  "parallel_tool_calls",
  "top_k",
  "user",
  "metadata",
];

/** The names of fields that were sent and change nothing. */
export const ignoredNames = (body: CompletionBody): string[] =>
  IGNORED.filter((name) => name in body && body[name as keyof CompletionBody] != null); // a name of the list is a key

function decodeSettings(agent: Agent, body: CompletionBody): ModelSettings {
  const limits = [body.max_tokens, body.max_completion_tokens].filter((limit) => typeof limit === "number");
  return withoutUnset({
    // The document's default; a setting of the agent comes before it.
    temperature: body.temperature ?? agent.settings.temperature ?? 0,
    maxTokens: limits.length > 0 ? Math.min(...limits) : undefined,
    stop: body.stop ?? undefined,
    seed: body.seed ?? undefined,
    topP: body.top_p ?? undefined,
    frequencyPenalty: body.frequency_penalty ?? undefined,
    presencePenalty: body.presence_penalty ?? undefined,
    responseFormat: body.response_format ? decodeResponseFormat(body.response_format) : undefined,
  });
}

/** A completion call. `known`: the session to go on with; null: none. `model`: see `agentModel`. */
export type CompletionCall = {
  readonly agent: Agent;
  readonly body: CompletionBody;
  readonly known: SessionWithAgents | null;
  /** Where a session is made. */
  readonly projectId: string;
  readonly model: string;
};

/** A completion call as its turns, one for each choice. Only the first stores. */
export function decodeTurns({ agent, body, known, projectId }: CompletionCall): [TurnCall, ...TurnCall[]] {
  const fresh = sessionToMake("assistants", agent.id, projectId, "truncate");
  const turn: TurnCall = {
    dialect: "assistants",
    policy: assistantsPolicy,
    sessionId: known?.session.id ?? null,
    known: known ?? { session: unstoredSession(fresh), agents: [agent] },
    agentId: agent.id,
    input: decodeMessages(body),
    tools: [],
    toolChoice: "auto",
    settings: decodeSettings(agent, body),
  };
  const stores = known !== null || (body.create_session ?? false);
  const first: TurnCall = {
    ...turn,
    policy: { ...assistantsPolicy, stores },
    makes: stores && known === null ? fresh : undefined,
  };
  return [first, ...Array.from({ length: (body.n ?? 1) - 1 }, () => turn)];
}

const decodeMessages = ({ messages }: CompletionBody): NewMessage[] =>
  messages.map(({ role, content }) => ({
    id: newId(),
    role: role === "user" || role === "assistant" ? role : "system",
    name: null,
    source: "api_request",
    parts: decodeContent(content),
    model: null,
    createdAt: new Date(),
  }));

type Content = CompletionBody["messages"][number]["content"];

const decodeContent = (content: Content): Part[] =>
  typeof content === "string"
    ? [{ type: "text", text: content }]
    : content.map((part) =>
        part.type === "text" ? part : { type: "image", url: part.image_url.url, detail: part.image_url.detail },
      );

const settingsChange = ({ temperature, top_p }: AssistantBody): SettingsChange => ({ temperature, topP: top_p });

export const decodeAssistant = (body: AssistantBody): AgentInput => ({
  name: body.name ?? "Assistant",
  canonicalName: null,
  project: null,
  about: body.description ?? "",
  model: body.model ?? "",
  instructions: instructionsOf(body.instructions),
  settings: changedSettings({}, settingsChange(body)),
  systemTemplate: PLAIN_TEMPLATE,
  metadata: body.metadata ?? null,
  allowCallerSystem: body.allow_caller_system_messages ?? false,
  sessionTtlSeconds: body.session_max_ttl ?? null,
  indexIds: body.index_id == null ? [] : [body.index_id],
  indexTopN: body.index_top_n ?? null,
  indexSimilarityCutoff: body.index_similarity_cutoff ?? null,
});

/**
 * Only what the body names; null clears. `first`: the first index that the agent has. One that is sent back as it was
 * read leaves the others, which this dialect does not show.
 */
export function decodeAssistantPatch(body: AssistantBody, old: AgentState, first: string | null): Partial<AgentInput> {
  const { index_id, index_top_n, index_similarity_cutoff } = body;
  const index = index_id?.toLowerCase() ?? null;
  const { name, description, instructions, model, metadata, session_max_ttl, allow_caller_system_messages } = body;
  return {
    ...(name == null ? {} : { name }),
    ...(description === undefined ? {} : { about: description ?? "" }),
    ...(instructions === undefined ? {} : { instructions: instructionsOf(instructions) }),
    ...(model === undefined ? {} : { model: model ?? "" }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(session_max_ttl === undefined ? {} : { sessionTtlSeconds: session_max_ttl }),
    ...(index_id === undefined || index === first ? {} : { indexIds: index === null ? [] : [index] }),
    ...(index_top_n === undefined ? {} : { indexTopN: index_top_n }),
    ...(index_similarity_cutoff === undefined ? {} : { indexSimilarityCutoff: index_similarity_cutoff }),
    ...(allow_caller_system_messages === undefined ? {} : { allowCallerSystem: allow_caller_system_messages }),
    settings: changedSettings(old.settings, settingsChange(body)),
  };
}
