import { type AgentInput, merged } from "../../core/agents.ts";
import type { DocInput } from "../../core/docs.ts";
import { DEFAULT_RECALL } from "../../core/recall/recall.ts";
import type { SearchOptions, SearchQuery } from "../../core/recall/search.ts";
import { recallVariables, settingVariables } from "../../core/render/setting-variables.ts";
import { JULEP_TEMPLATE } from "../../core/render/templates.ts";
import type { SessionSettings } from "../../core/session-settings.ts";
import { withoutUnset } from "../../core/settings.ts";
import type { PreparedTurn } from "../../core/turn/prepare.ts";
import type { TurnCall } from "../../core/turn/turn-call.ts";
import type { TurnRequest } from "../../core/turn/turn-request.ts";
import type { UserInput } from "../../core/users.ts";
import type { MetadataCondition, OffsetPage } from "../../db/page.ts";
import { ChatError } from "../../domain/errors.ts";
import { isId, newId } from "../../domain/ids.ts";
import type { NewMessage, Part } from "../../domain/message.ts";
import type { ModelSettings, ToolChoice } from "../../domain/model.ts";
import type { RecallOptions } from "../../domain/recall-options.ts";
import { storable } from "../../domain/text.ts";
import type { TurnPolicy } from "../../domain/turn-policy.ts";
import { decodeResponseFormat } from "../response-format.ts";
import { invalidBody } from "./errors.ts";
import { julepPolicy } from "./policy.ts";
import {
  type AgentBody,
  type AgentPatch,
  type AgentSettings,
  type AnyRecall,
  type ChatInput,
  type CreateSessionBody,
  type DocBody,
  type ListQuery,
  type SearchBody,
  type SessionBody,
  type SessionPatch,
  type UserBody,
  type UserPatch,
  type WireMessage,
  WireRecall,
} from "./schema.ts";
import { argumentReader } from "./tools.ts";

/** An id of the path. Throws "invalid" for what is no UUID. */
export function pathId(value: string | undefined, name: string): string {
  if (value !== undefined && isId(value)) return value.toLowerCase();
  const message = "Input should be a valid UUID, in its canonical text of 36 characters";
  const issues = [{ path: ["path", name], type: "uuid_parsing", message, input: value ?? null }];
  throw new ChatError("invalid", "Validation error", { issues });
}

/** So many conditions on metadata may a list have, each with a path of so many steps. */
const MOST_CONDITIONS = 20;
const MOST_STEPS = 10;

/**
 * A list's query as a page, with its conditions on metadata: the contract, 1.4. Throws "invalid" for too many of them.
 */
export function decodePage(query: ListQuery): OffsetPage {
  const metadata = Object.entries(query).flatMap(([name, value]) =>
    typeof value === "string" ? metadataCondition(storable(name), storable(value)) : [],
  );
  if (metadata.length > MOST_CONDITIONS) {
    throw unfitFilter(`At most ${MOST_CONDITIONS} conditions on metadata can be given, here are ${metadata.length}`);
  }
  return {
    limit: query.limit,
    offset: query.offset,
    sortBy: query.sort_by === "updated_at" ? "updatedAt" : "createdAt",
    direction: query.direction,
    metadata,
  };
}

function unfitFilter(message: string): ChatError {
  const issues = [{ path: ["query", "metadata_filter"], type: "too_long", message, input: null }];
  return new ChatError("invalid", "Validation error", { issues });
}

function metadataCondition(name: string, text: string): MetadataCondition[] {
  const dotted = /^metadata_filter\.(.+)$/su.exec(name)?.[1];
  const bracketed = /^metadata_filter((?:\[[^\]]+\])+)$/su.exec(name)?.[1];
  const path = dotted?.split(".") ?? bracketed?.slice(1, -1).split("][");
  if (!path) return [];
  if (path.length > MOST_STEPS) throw unfitFilter(`A path into metadata has at most ${MOST_STEPS} steps`);
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u.test(text);
  return [{ path, key: path.join("."), text, value: isNumber ? Number(text) : text }];
}

/** Settings of a request. What it does not name is left to the agent. */
export const decodeSettings = (wire: AgentSettings): ModelSettings =>
  withoutUnset({
    model: wire.model || undefined,
    temperature: wire.temperature ?? undefined,
    topP: wire.top_p ?? undefined,
    maxTokens: wire.max_tokens ?? undefined,
    stop: wire.stop ?? undefined,
    seed: wire.seed ?? undefined,
    frequencyPenalty: wire.frequency_penalty ?? undefined,
    presencePenalty: wire.presence_penalty ?? undefined,
    logitBias: wire.logit_bias ?? undefined,
    responseFormat: wire.response_format ? decodeResponseFormat(wire.response_format) : undefined,
  });

/** An agent's settings, and what was given besides: what they cannot say, such as a setting that is null. */
function decodeAgentSettings(wire: AgentSettings | null): Pick<AgentInput, "settings" | "extraSettings"> {
  if (wire === null) return { settings: {}, extraSettings: null };
  const settings = decodeSettings(wire);
  const said = settingVariables(settings);
  const extra = Object.entries(wire).filter(([name, value]) => value !== undefined && (said[name] ?? null) === null);
  const isAllSaid = extra.length === 0 && Object.keys(settings).length > 0;
  return { settings, extraSettings: isAllSaid ? null : Object.fromEntries(extra) };
}

const decodeToolChoice = (wire: ChatInput["tool_choice"]): ToolChoice => {
  if (wire === null || wire === undefined) return "auto";
  return typeof wire === "string" ? wire : { name: wire.function.name };
};

/** One new message as it is stored, before templates are rendered. `read` is for all messages of a body. */
export function decodeMessage(wire: WireMessage, read = argumentReader()): NewMessage {
  const calls = (wire.tool_calls ?? []).map((call): Part => {
    return { type: "tool-call", callId: call.id ?? newId(), name: call.name, input: read(call) };
  });
  return {
    id: newId(),
    role: wire.role,
    name: wire.name ?? null,
    source: "api_request",
    parts: wire.role === "tool" ? [decodeResult(wire)] : [...decodeContent(wire), ...calls],
    model: null,
    createdAt: new Date(),
  };
}

function decodeContent({ role, content }: WireMessage): Part[] {
  // Providers refuse a user message without any content.
  if (content === null || content === undefined) return role === "user" ? [{ type: "text", text: "" }] : [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part): Part => {
    if (typeof part === "string") return { type: "text", text: part };
    switch (part.type) {
      case "text":
        return { type: "text", text: part.text };
      case "image_url":
        return { type: "image", url: part.image_url.url, detail: part.image_url.detail };
      case "tool_result":
        return result(part.tool_use_id, "", part.content);
      default:
        return part satisfies never;
    }
  });
}

const decodeResult = ({ tool_call_id, name, content }: WireMessage): Part =>
  result(tool_call_id ?? "", name ?? "", content ?? "");

type Output =
  | NonNullable<WireMessage["content"]>
  | Extract<NonNullable<WireMessage["content"]>[number], { type: "tool_result" }>["content"];

/** What a tool gave: its text, or where there is more than text the parts as they came. */
function result(callId: string, name: string, output: Output): Part {
  const texts =
    typeof output === "string"
      ? [output]
      : output.map((part) => (typeof part === "string" ? part : part.type === "text" ? part.text : null));
  const isText = texts.every((text) => text !== null);
  return { type: "tool-result", callId, name, output: isText ? texts.join("\n") : output, isError: false };
}

/** What chat and render are to assemble: the contract, 4.1 and 4.2. */
export function decodeRequest(sessionId: string, body: ChatInput): TurnRequest {
  const read = argumentReader();
  return {
    sessionId,
    agentId: body.agent ?? undefined,
    input: body.messages.map((message) => decodeMessage(message, read)),
    tools: body.tools ?? [],
    toolChoice: decodeToolChoice(body.tool_choice),
    settings: decodeSettings(body),
    metadata: body.metadata ?? undefined,
  };
}

/** By what rules a call goes: the dialect's, as far as the call does not say otherwise. */
export const decodePolicy = (body: ChatInput): TurnPolicy => ({
  ...julepPolicy,
  ownTools: body.tool_choice === "none" ? "none" : julepPolicy.ownTools,
  runsTools: body.auto_run_tools === undefined ? julepPolicy.runsTools : body.auto_run_tools ? "server" : "caller",
  recall: body.recall,
  recallTools: body.recall_tools,
  stores: body.save,
  keep: body.stream ? "streamed" : julepPolicy.keep,
});

/** A chat call as a turn. `signal`: the caller has hung up. */
export const decodeTurn = (sessionId: string, body: ChatInput, signal?: AbortSignal): TurnCall => ({
  ...decodeRequest(sessionId, body),
  dialect: "julep",
  policy: decodePolicy(body),
  check: (prepared) => checkStreaming(body, prepared),
  signal,
});

function checkStreaming(body: ChatInput, { session, listedTools }: PreparedTurn): void {
  const isAutoRun = body.auto_run_tools ?? session.autoRunTools;
  if (!body.stream || !isAutoRun || listedTools.length === 0) return;
  throw new ChatError("bad-request", "Streaming is not supported when auto_run_tools is enabled");
}

export const decodeAgent = (body: AgentBody): AgentInput => ({
  name: body.name,
  canonicalName: body.canonical_name ?? null,
  project: body.project ?? null,
  about: body.about,
  model: body.model,
  instructions: body.instructions,
  ...decodeAgentSettings(body.default_settings ?? null),
  systemTemplate: body.default_system_template ?? JULEP_TEMPLATE,
  metadata: body.metadata ?? null,
});

/** Only what the body names; null clears. */
export const decodeAgentPatch = (body: AgentPatch): Partial<AgentInput> => ({
  ...(body.default_settings === undefined ? {} : decodeAgentSettings(body.default_settings)),
  ...named(body, {
    name: ["name", body.name],
    canonical_name: ["canonicalName", body.canonical_name],
    project: ["project", body.project],
    about: ["about", body.about],
    model: ["model", body.model],
    instructions: ["instructions", body.instructions],
    default_system_template: ["systemTemplate", body.default_system_template],
    metadata: ["metadata", body.metadata],
  }),
});

export const decodeDoc = (body: DocBody): DocInput => ({
  title: body.title,
  content: body.content,
  metadata: body.metadata ?? null,
  embedInstruction: body.embed_instruction ?? null,
});

/** What is said of a search, by a session or by itself. */
const decodeRecall = (wire: AnyRecall): RecallOptions =>
  withoutUnset({
    mode: wire.mode,
    limit: wire.limit,
    lang: wire.lang,
    metadataFilter: wire.metadata_filter,
    numSearchMessages: wire.num_search_messages,
    maxQueryLength: wire.max_query_length,
    includeEmbeddings: wire.include_embeddings,
    confidence: wire.confidence,
    mmrStrength: wire.mmr_strength,
    alpha: wire.alpha,
    trigramSimilarityThreshold: wire.trigram_similarity_threshold,
    kMultiplier: wire.k_multiplier,
  });

/** A search body as what to look for and how: the contract, 3.9. */
export function decodeSearch(body: SearchBody): { readonly query: SearchQuery; readonly options: SearchOptions } {
  const query = { text: body.text ?? null, vector: body.vector ?? null };
  const mode = query.vector === null ? "text" : query.text === null ? "vector" : "hybrid";
  return { query, options: { ...DEFAULT_RECALL, ...decodeRecall({ ...body, mode }) } };
}

export const decodeUser = (body: UserBody): UserInput => ({
  name: body.name,
  about: body.about,
  project: body.project ?? null,
  metadata: body.metadata ?? null,
});

/** Only what the body names; null clears. */
export const decodeUserPatch = (body: UserPatch): Partial<UserInput> =>
  named(body, {
    name: ["name", body.name],
    about: ["about", body.about],
    project: ["project", body.project],
    metadata: ["metadata", body.metadata],
  });

/** Who takes part in a session to be made. Throws "bad-request" as the contract, 3.8, words it. */
export function decodeParticipants(body: CreateSessionBody): {
  readonly agentIds: readonly string[];
  readonly userIds: readonly string[];
} {
  const agentIds = oneOrMany("agent", body.agent, body.agents);
  const userIds = oneOrMany("user", body.user, body.users);
  if (agentIds.length === 0) throw new ChatError("bad-request", "At least one agent must be provided");
  return { agentIds, userIds };
}

function oneOrMany(noun: string, one?: string | null, many?: readonly string[] | null): readonly string[] {
  if (one && many) {
    throw new ChatError("bad-request", `Only one of '${noun}' or '${noun}s' should be provided`);
  }
  return one ? [one] : [...new Set(many ?? [])];
}

/**
 * All that can be set of a session; what the body does not name is the default. Throws "bad-request" for blank texts.
 */
export const decodeSession = (body: SessionBody): SessionSettings => ({
  situation: notBlank("situation", body.situation),
  systemTemplate: notBlank("system_template", body.system_template),
  renderTemplates: body.render_templates,
  tokenBudget: body.token_budget ?? null,
  contextOverflow: body.context_overflow ?? null,
  autoRunTools: body.auto_run_tools,
  forwardToolCalls: body.forward_tool_calls,
  recallOptions: body.recall_options ? decodeRecall(body.recall_options) : null,
  metadata: body.metadata ?? null,
});

/**
 * A session's settings with what the body names changed; `metadata` and `recall_options` are merged at their top level.
 */
export function decodeSessionPatch(body: SessionPatch, old: SessionSettings): SessionSettings {
  const changed = named(body, {
    situation: ["situation", notBlank("situation", body.situation)],
    system_template: ["systemTemplate", notBlank("system_template", body.system_template)],
    render_templates: ["renderTemplates", body.render_templates],
    token_budget: ["tokenBudget", body.token_budget],
    context_overflow: ["contextOverflow", body.context_overflow],
    auto_run_tools: ["autoRunTools", body.auto_run_tools],
    forward_tool_calls: ["forwardToolCalls", body.forward_tool_calls],
    metadata: ["metadata", merged(old.metadata, body.metadata)],
    recall_options: ["recallOptions", mergedRecall(old.recallOptions, body.recall_options)],
  });
  return { ...old, ...changed };
}

function mergedRecall(old: RecallOptions | null, added: SessionPatch["recall_options"]): RecallOptions | null {
  if (!added) return null;
  const value = { ...(old && recallVariables(old)), ...added };
  const parsed = WireRecall.safeParse(value);
  if (parsed.success) return decodeRecall(parsed.data);
  throw invalidBody(parsed.error, value, ["recall_options"]);
}

function notBlank(field: string, text: string | null | undefined): string | null {
  if (text?.trim() === "") throw new ChatError("bad-request", `${field} must not be blank`, { field });
  return text ?? null;
}

/** The pairs whose wire name is in the body, under their own names. */
const named = (body: object, pairs: Readonly<Record<string, readonly [string, unknown]>>): object =>
  Object.fromEntries(Object.entries(pairs).flatMap(([wire, pair]) => (wire in body ? [pair] : [])));
