import { joinedText } from "../../core/render/line.ts";
import { defaultSettingVariables, recallVariables } from "../../core/render/setting-variables.ts";
import { APPROXIMATE } from "../../core/render/tokenizer.ts";
import type { History } from "../../core/turn/history.ts";
import type { Agent, Project, User } from "../../domain/agent.ts";
import type { Doc, DocHit } from "../../domain/doc.ts";
import type { LastEvent, TurnEvent, TurnUsage } from "../../domain/events.ts";
import { exactJson, exactValue } from "../../domain/exact-numbers.ts";
import { foldEvents } from "../../domain/fold.ts";
import type { Job } from "../../domain/job.ts";
import type { Message, Part } from "../../domain/message.ts";
import type { FinishReason, ReadyMessage, ReadyPart } from "../../domain/model.ts";
import type { Session, SessionReplacement } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import type { ChatInput, HistoryQuery, WireMessage, WirePart } from "./schema.ts";
import { callsOf, type EncodedCall, encodeCall, encodeTool } from "./tools.ts";

// What callers get: the contract, sections 3.5 to 3.8. Every field is always there. Settings have the names that
// templates know them by.

export const encodeAgent = (agent: Agent) => ({
  id: agent.id,
  created_at: agent.createdAt.toISOString(),
  updated_at: agent.updatedAt.toISOString(),
  name: agent.name,
  canonical_name: agent.canonicalName,
  project: agent.project,
  about: agent.about,
  model: agent.model,
  instructions: agent.instructions,
  default_settings: defaultSettingVariables(agent),
  default_system_template: agent.systemTemplate,
  metadata: exactValue(agent.metadata),
});

export const encodeUser = (user: User) => ({
  id: user.id,
  created_at: user.createdAt.toISOString(),
  updated_at: user.updatedAt.toISOString(),
  name: user.name,
  about: user.about,
  project: user.project,
  metadata: exactValue(user.metadata),
});

/** A session with its participants: `agent` or `agents`, and `user`, `users` or neither. */
export const encodeSession = (session: Session) => ({
  id: session.id,
  created_at: session.createdAt.toISOString(),
  updated_at: session.updatedAt.toISOString(),
  situation: session.situation,
  system_template: session.systemTemplate,
  summary: session.summary?.text ?? null,
  render_templates: session.renderTemplates,
  token_budget: session.tokenBudget,
  context_overflow: session.contextOverflow,
  auto_run_tools: session.autoRunTools,
  forward_tool_calls: session.forwardToolCalls,
  recall_options: session.recallOptions && recallVariables(session.recallOptions),
  metadata: exactValue(session.metadata),
  kind: null,
  ...participants("agent", session.agentIds),
  ...participants("user", session.userIds),
});

function participants(noun: string, ids: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  const [only] = ids;
  if (only === undefined) return {};
  return ids.length === 1 ? { [noun]: only } : { [`${noun}s`]: ids };
}

/** A doc: the contract, 3.8. One vector stands alone, several in a list. */
export function encodeDoc({ embeddings, ...doc }: Doc) {
  const [first = null] = embeddings ?? [];
  return {
    id: doc.id,
    created_at: doc.createdAt.toISOString(),
    title: doc.title,
    content: doc.content,
    embeddings: embeddings !== null && embeddings.length > 1 ? embeddings : first,
    modality: "text",
    language: doc.language,
    embedding_model: doc.embeddingModel,
    embedding_dimensions: first?.length ?? null,
    metadata: exactValue(doc.metadata),
  };
}

/** A piece of a doc that was found. Owners that Julep does not know are told as the agent that recalls. */
export const encodeHit = ({ docId, owner, recalledBy, title, snippet, distance, metadata }: DocHit) => ({
  id: docId,
  owner:
    owner.role === "agent" || owner.role === "user" ? owner : { id: recalledBy ?? owner.id, role: "agent" as const },
  title,
  snippet: { index: snippet.index, content: snippet.content, embedding: snippet.embedding },
  distance,
  metadata: exactValue(metadata),
});

export const encodeJob = (job: Job) => ({
  id: job.id,
  created_at: job.createdAt.toISOString(),
  updated_at: job.updatedAt.toISOString(),
  name: job.kind,
  reason: job.reason,
  has_progress: false,
  progress: job.progress,
  state: job.state,
});

export const encodeProject = (project: Project) => ({
  id: project.id,
  created_at: project.createdAt.toISOString(),
  updated_at: project.updatedAt.toISOString(),
  canonical_name: project.canonicalName,
  name: project.name,
  metadata: exactValue(project.metadata),
});

export const encodeDeleted = (id: string) => ({ id, deleted_at: new Date().toISOString(), jobs: [] });

/** The sources that a history shows unless it is asked for others. */
export const SHOWN_SOURCES: readonly string[] = ["api_request", "api_response"];

/**
 * A page of a session's committed messages, oldest first, and behind the last the summary where its source is asked
 * for: the contract, 3.8 and 4.6.
 */
export function encodeHistory(
  session: Session,
  { line, runs, count, coveredIds }: History,
  sources: readonly string[],
  { limit, offset }: HistoryQuery,
) {
  const summary = session.replacement;
  const messages = line.map((message) =>
    encodeEntry(message, message.model ?? runs.get(message.runId ?? "")?.model ?? ""),
  );
  const isLastPage = offset <= count && (limit === undefined || offset + limit > count);
  const withSummary = summary !== null && sources.includes("summarizer") && isLastPage;
  return {
    session_id: session.id,
    created_at: session.createdAt.toISOString(),
    entries: withSummary ? [...messages, encodeSummary(summary)] : messages,
    relations: coveredIds.map((id) => ({ head: id, relation: "summary_of", tail: summary?.id })),
  };
}

/** A summary as an entry: the contract, 4.7. It is not among the messages. */
function encodeSummary({ id, text, createdAt }: SessionReplacement) {
  const at = createdAt.toISOString();
  return {
    id,
    created_at: at,
    timestamp: at,
    role: "system",
    name: null,
    content: [{ type: "text", text }],
    source: "summarizer",
    tokenizer: APPROXIMATE.name,
    token_count: APPROXIMATE.count(text),
    model: "",
    tool_calls: null,
    tool_call_id: null,
  };
}

function encodeEntry(message: Message, model: string) {
  const calls = callsOf(message.parts);
  const at = message.createdAt.toISOString();
  const [result] = message.role === "tool" ? message.parts : [];
  return {
    id: message.id,
    created_at: at,
    timestamp: at,
    role: message.role,
    name: message.name,
    content: encodeContent(message),
    source: message.source,
    tokenizer: message.tokenizer ?? APPROXIMATE.name,
    token_count: message.tokenCount ?? APPROXIMATE.count(joinedText(message.parts)),
    model,
    tool_calls: calls.length > 0 ? calls : null,
    tool_call_id: result?.type === "tool-result" ? result.callId : null,
  };
}

/** What a caller sent stands part by part; an answer is one text, the one that its chat gave. */
function encodeContent({ role, source, parts }: Message): unknown[] {
  if (role === "assistant" && source !== "api_request") {
    const text = joinedText(parts);
    return text === "" ? [] : [{ type: "text", text }];
  }
  return parts.flatMap((part) => encodePart(part, role === "tool"));
}

function encodePart(part: Part, isResultAlone: boolean): unknown[] {
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return [encodeImage(part)];
    case "file":
      // Its content has taken its place: see `withFileContent`.
      return [{ type: "text", text: part.name }];
    case "tool-result": {
      const content = outputParts(part.output);
      return isResultAlone ? content : [{ type: "tool_result", tool_use_id: part.callId, content }];
    }
    case "reasoning":
    case "tool-call":
    case "notice":
    case "provider-data":
      return [];
    default:
      return part satisfies never;
  }
}

const encodeImage = ({ url, detail = "auto" }: { readonly url: string; readonly detail?: string }) => ({
  type: "image_url",
  image_url: { url, detail },
});

const outputText = (output: unknown): string => (typeof output === "string" ? output : exactJson(output ?? null));

/** The parts that a caller sent as a tool's output; any other output is one text. */
const outputParts = (output: unknown): unknown[] =>
  Array.isArray(output) && output.every(isWirePart) ? output : [{ type: "text", text: outputText(output) }];

const isWirePart = (value: unknown): value is WirePart =>
  typeof value === "object" && value !== null && "type" in value;

/** What chat would send, and with which tools: the contract, 3.7 and 4.2. */
export const encodeRender = (
  messages: readonly ReadyMessage[],
  tools: readonly Tool[],
  docs: readonly DocHit[],
  body: ChatInput,
) => ({
  messages: withEchoes(messages, body.messages),
  tools: tools.map(encodeTool),
  tool_choice: body.tool_choice ?? null,
  docs: docs.map(encodeHit),
});

type Rendered = {
  readonly role: string;
  readonly content: string | readonly unknown[] | null;
  readonly name: string | null;
  readonly tool_call_id: string | null;
  readonly tool_calls: readonly EncodedCall[];
  readonly continue: boolean | null;
};

/** What the prompt does not hold of the new messages, which stand at its end: `continue` and some names. */
function withEchoes(messages: readonly ReadyMessage[], sent: readonly WireMessage[]): Rendered[] {
  const left = [...sent];
  const rendered: Rendered[] = [];
  for (const message of messages.toReversed()) {
    const echo = left.at(-1)?.role === message.role ? left.pop() : undefined;
    const plain = encodePrompt(message);
    rendered.push(echo ? { ...plain, name: echo.name ?? plain.name, continue: echo.continue ?? null } : plain);
  }
  return rendered.reverse();
}

function encodePrompt(message: ReadyMessage): Rendered {
  const empty = { name: null, tool_call_id: null, tool_calls: [], continue: null };
  switch (message.role) {
    case "system":
      return { ...empty, role: "system", content: message.text };
    case "user":
      return { ...empty, role: "user", name: message.name ?? null, content: promptContent(message.parts) };
    case "assistant": {
      const calls = message.calls.map(encodeCall);
      const content = message.text === "" && calls.length > 0 ? null : message.text;
      return { ...empty, role: "assistant", name: message.name ?? null, content, tool_calls: calls };
    }
    case "tool":
      return { ...empty, role: "tool", content: outputText(message.output), tool_call_id: message.callId };
    default:
      return message satisfies never;
  }
}

function promptContent(parts: readonly ReadyPart[]): string | unknown[] {
  const [only] = parts;
  if (parts.length === 1 && only?.type === "text") return only.text;
  return parts.map((part) => (part.type === "text" ? { type: "text", text: part.text } : encodeImage(part)));
}

/** `total` is the sum of the two, which a turn always knows or has estimated. */
export function encodeUsage(usage: TurnUsage) {
  const [input, output] = [usage.inputTokens ?? 0, usage.outputTokens ?? 0];
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

const FINISH: Record<FinishReason, string> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  "tool-calls": "tool_calls",
};

/** A turn that was stopped, and not refused, ends as if the model had stopped. */
export const encodeFinish = (last: LastEvent): string =>
  last.type === "turn-end" ? FINISH[last.finishReason] : "stop";

/** What stands beside the choices of an answer. */
export type ChatExtras = {
  readonly docs: readonly DocHit[];
  /** Jobs that the call has started. */
  readonly jobs: readonly string[];
};

/** The answer of a turn that has ended: the contract, 3.5. `last` is the last of `events`. */
export function encodeChat(runId: string, events: readonly TurnEvent[], last: LastEvent, { docs, jobs }: ChatExtras) {
  const answer = foldEvents(events).findLast((message) => message.role === "assistant");
  const step = events.findLast((event) => event.type === "step-start");
  const start = events.find((event) => event.type === "turn-start");
  const parts = answer?.parts ?? [];
  // Calls that the server has answered are nobody's to answer.
  const pending = last.type === "turn-end" ? last.pendingCallIds : [];
  const calls = callsOf(parts).filter((call) => pending.includes(call.id));
  const text = joinedText(parts);
  return {
    id: runId,
    created_at: new Date(start?.at ?? Date.now()).toISOString(),
    jobs,
    docs: docs.map(encodeHit),
    usage: encodeUsage(last.usage),
    choices: [
      {
        index: 0,
        finish_reason: encodeFinish(last),
        logprobs: null,
        tool_calls: calls.length > 0 ? calls : null,
        message: {
          id: answer?.id ?? step?.messageId ?? null,
          created_at: new Date(step?.at ?? Date.now()).toISOString(),
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          name: null,
          tool_call_id: null,
          tool_calls: calls.length > 0 ? calls : null,
          continue: null,
        },
      },
    ],
  };
}
