import { wholeAnswer } from "../../core/turn/answer-text.ts";
import { sessionOfRun } from "../../core/turn/history.ts";
import type { Agent } from "../../domain/agent.ts";
import type { DocHit } from "../../domain/doc.ts";
import type { LastEvent, TurnEvent, TurnUsage } from "../../domain/events.ts";
import { exactValue } from "../../domain/exact-numbers.ts";
import type { AnswerHead } from "../dialect.ts";
import type { CompletionBody } from "./schema.ts";

/** One choice: a turn that has ended. */
type Choice = { readonly events: readonly TurnEvent[]; readonly last: LastEvent };

/** What all parts of one answer say alike. */
export type CompletionHead = {
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: string;
  readonly sessionId: string | null;
  readonly docs: readonly DocHit[];
};

/** What the parts of an answer to a call say alike. */
export async function completionHead(
  { scope, first, startedAt }: AnswerHead,
  body: CompletionBody,
  model: string,
): Promise<CompletionHead> {
  return {
    runId: first.runId,
    at: startedAt,
    model,
    // A session that was made elsewhere, for an earlier request of which this is a repeat, is known at its end.
    sessionId: first.sessionId ?? (body.create_session ? await sessionOfRun(scope, first.runId) : null),
    docs: first.docs,
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

const completionId = ({ runId }: CompletionHead): string => `chatcmpl-${runId}`;

/** `id`, `created` and `model`, and what only an answer with a session or with documents has. */
export const encodeHead = (head: CompletionHead, object: string) => ({
  id: completionId(head),
  object,
  created: seconds(head.at),
  model: head.model,
});

export const encodeContext = ({ sessionId, docs }: CompletionHead) => ({
  ...(sessionId === null ? {} : { session_id: sessionId }),
  ...(docs.length === 0 ? {} : { index_context_info: docs.map(encodePassage) }),
});

const encodePassage = ({ docId, title, snippet, distance, score = distance }: DocHit) => ({
  text: snippet.content,
  metadata: { document_id: docId, score, origin_name: title },
});

/** `length` where the model ran into its limit, `content_filter` where it was cut off, else `stop`. */
export function encodeFinish(last: LastEvent): string {
  const reason = last.type === "turn-end" ? last.finishReason : "stop";
  if (reason === "length") return "length";
  return reason === "content-filter" ? "content_filter" : "stop";
}

/** The tokens of all choices together. Each read the same prompt, which counts once. */
export function encodeUsage(usages: readonly TurnUsage[]) {
  const prompt = usages[0]?.inputTokens ?? 0;
  const completion = usages.reduce((sum, usage) => sum + (usage.outputTokens ?? 0), 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** The answer of turns that have ended: the contract, section 5. */
export function encodeCompletion(head: CompletionHead, choices: readonly Choice[]) {
  return {
    ...encodeHead(head, "chat.completion"),
    choices: choices.map(({ events, last }, index) => ({
      index,
      message: { role: "assistant", content: wholeAnswer(events), refusal: null },
      logprobs: null,
      finish_reason: encodeFinish(last),
    })),
    usage: encodeUsage(choices.map(({ last }) => last.usage)),
    ...encodeContext(head),
  };
}

/** What is told beside a whole answer: whether its usage is an estimate. */
export const encodeHeaders = (choices: readonly Choice[]): Readonly<Record<string, string>> =>
  choices.some(({ last }) => last.usage.isEstimated) ? { "x-usage-estimated": "true" } : {};

/** An agent in OpenAI's shape of an assistant, with fields of its own: the contract, section 9. */
export function encodeAssistant(agent: Agent, model: string) {
  const { settings } = agent;
  return {
    id: agent.id,
    object: "assistant",
    created_at: seconds(agent.createdAt.getTime()),
    name: agent.name,
    description: agent.about === "" ? null : agent.about,
    model,
    instructions: agent.instructions.length === 0 ? null : agent.instructions.join("\n"),
    tools: [],
    metadata: exactValue(agent.metadata ?? {}),
    temperature: settings.temperature ?? null,
    top_p: settings.topP ?? null,
    index_id: agent.indexIds[0] ?? null,
    index_top_n: agent.indexTopN,
    index_similarity_cutoff: agent.indexSimilarityCutoff,
    session_max_ttl: agent.sessionTtlSeconds,
    completion_role: "assistant",
    status: "active",
    allow_caller_system_messages: agent.allowCallerSystem,
  };
}

/** A page of assistants; `hasMore`: whether there is one behind its last. */
export const encodeAssistantPage = (assistants: readonly { readonly id: string }[], hasMore: boolean) => ({
  object: "list",
  data: assistants,
  first_id: assistants[0]?.id ?? null,
  last_id: assistants.at(-1)?.id ?? null,
  has_more: hasMore,
});

/** `createdAt`: null where nobody knows, on the wire 0. */
export const encodeModel = (id: string, createdAt: Date | null) => ({
  id,
  object: "model",
  created: createdAt === null ? 0 : seconds(createdAt.getTime()),
  owned_by: "parley",
});

export const encodeModels = (models: readonly ReturnType<typeof encodeModel>[]) => ({ object: "list", data: models });
