import { z } from "zod";
import { count, fault, id, object, usage } from "../reference.ts";

// What callers get: the project's contract, sections 5 to 7 and 9.

const seconds = z.int().min(0).describe("Seconds since 1970");
const finishReason = z.enum(["stop", "length", "content_filter"]);
const context = {
  session_id: id.optional().describe("The session that keeps the exchange"),
  index_context_info: z
    .array(
      z.strictObject({
        text: z.string(),
        metadata: z.strictObject({ document_id: id, score: z.number(), origin_name: z.string() }),
      }),
    )
    .optional()
    .describe("The passages of the agent's documents that the model saw"),
};

export const Completion = z
  .strictObject({
    id: z.string(),
    object: z.literal("chat.completion"),
    created: seconds,
    model: z.string(),
    choices: z.array(
      z.strictObject({
        index: count,
        message: z.strictObject({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    ),
    usage,
    ...context,
  })
  .meta({ id: "AssistantCompletion" });

const ErrorPart = z.strictObject({
  message: z.string(),
  type: z.string(),
  param: z.string().nullable(),
  code: z.string(),
});

export const CompletionChunk = z
  .union([
    z.strictObject({
      id: z.string(),
      object: z.literal("chat.completion.chunk"),
      created: seconds,
      model: z.string(),
      choices: z.array(
        z.strictObject({
          index: count,
          delta: z.strictObject({ role: z.literal("assistant").optional(), content: z.string().optional() }),
          logprobs: z.null(),
          finish_reason: finishReason.nullable(),
        }),
      ),
      usage: usage.nullable().optional().describe("With stream_options.include_usage: null but in the last chunk"),
      ...context,
    }),
    z.strictObject({ error: ErrorPart }),
  ])
  .meta({ id: "AssistantCompletionChunk" });

export const Assistant = z
  .strictObject({
    id,
    object: z.literal("assistant"),
    created_at: seconds,
    name: z.string().nullable(),
    description: z.string().nullable(),
    model: z.string(),
    instructions: z.string().nullable(),
    tools: z.array(object),
    metadata: object,
    temperature: z.number().nullable(),
    top_p: z.number().nullable(),
    index_id: id.nullable().describe("The first of the agent's indexes"),
    index_top_n: count.nullable(),
    index_similarity_cutoff: z.number().nullable(),
    session_max_ttl: count.nullable(),
    completion_role: z.literal("assistant"),
    status: z.literal("active"),
    allow_caller_system_messages: z.boolean(),
  })
  .meta({ id: "Assistant" });

export const AssistantPage = z
  .strictObject({
    object: z.literal("list"),
    data: z.array(Assistant),
    first_id: id.nullable(),
    last_id: id.nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: "AssistantPage" });

export const DeletedAssistant = z.strictObject({
  id,
  object: z.literal("assistant.deleted"),
  deleted: z.literal(true),
});

export const Model = z
  .strictObject({ id: z.string(), object: z.literal("model"), created: seconds, owned_by: z.string() })
  .meta({ id: "AssistantModel" });
export const ModelList = z.strictObject({ object: z.literal("list"), data: z.array(Model) });

export const Failure = z
  .strictObject({
    detail: z.union([z.string(), z.array(fault)]),
    error: ErrorPart,
  })
  .meta({ id: "AssistantError" });
