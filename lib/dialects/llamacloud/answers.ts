import { z } from "zod";
import { TURN_LIMITS } from "../../domain/events.ts";
import { CallCut } from "../../domain/tool.ts";
import { count, fault, id, object, time, type Wire } from "../reference.ts";

// What callers get of LlamaCloud's beta chat: the project's contract, sections 4, 6, 7 and 8. What a client gets by
// asking with `details=1` or `event_ids=1` is ours and marked so.

export const JobMetadata = z
  .strictObject({
    duration_ms: count.nullable(),
    error: z.string().nullable(),
    export_config_ids: z.array(z.string()).nullable(),
    is_error: z.boolean(),
    total_input_tokens: count.nullable(),
    total_output_tokens: count.nullable(),
    turns: count.describe("Model calls of that run"),
  })
  .describe("Token use and state of a session's latest run; null before the first")
  .meta({ id: "LlamaCloudJobMetadata" });
export type JobMetadata = Wire<typeof JobMetadata>;

const Answerer = z.strictObject({ id, name: z.string() });

/** What `details=1` adds to a session. Ours. */
const details = {
  created_at: time.optional().describe("With details=1"),
  pinned: z.boolean().optional().describe("With details=1"),
  archived: z.boolean().optional().describe("With details=1"),
  running_run_id: id.nullable().optional().describe("With details=1: the turn that runs now"),
  active_branch_id: id.optional().describe("With details=1: the line that is shown, of those that editing has made"),
  has_branches: z.boolean().optional().describe("With details=1: whether there are others"),
  running_by: z
    .strictObject({ agent: Answerer.nullable(), model: z.string().nullable() })
    .nullable()
    .optional()
    .describe("With details=1: who answers in the turn that runs now; null in lists"),
  summary: z
    .strictObject({
      text: z.string(),
      covers: z.tuple([count, count]).describe("The first and the last user message that it covers, from 1"),
    })
    .nullable()
    .optional()
    .describe("With details=1: the latest summary"),
  agent: z
    .strictObject({ id, name: z.string(), model: z.string() })
    .nullable()
    .optional()
    .describe("With details=1: who answers; null in lists"),
};
const Details = z.strictObject(details).required();
export type SessionDetails = Wire<typeof Details>;

const summaryFields = {
  session_id: id,
  last_updated_at: time,
  generated_title: z.string().nullable(),
  index_ids: z.array(z.string()).nullable(),
  job_metadata: JobMetadata.nullable(),
  shared_access: z.string().optional(),
  ...details,
};
export const SessionSummary = z.strictObject(summaryFields).meta({ id: "LlamaCloudSession" });
export type SessionSummary = Wire<typeof SessionSummary>;

export const SessionPage = z
  .strictObject({ items: z.array(SessionSummary), next_page_token: z.string().nullable() })
  .meta({ id: "LlamaCloudSessionPage" });
export type SessionPage = Wire<typeof SessionPage>;

/** What `event_ids=1` adds to each event. Ours. */
const ids = {
  event_id: z.string().optional().describe("With event_ids=1: equal in the stream and in the history"),
  message_id: id.optional().describe("With event_ids=1: the stored message it is a part of"),
  run_id: id.nullable().optional().describe("With event_ids=1"),
  created_at: time.optional().describe("With event_ids=1"),
};
export type EventIds = {
  readonly event_id: string;
  readonly message_id?: string;
  readonly run_id: string | null;
  readonly created_at: string;
};

const continues = z
  .literal(true)
  .optional()
  .describe("With event_ids=1: goes on where the text block before it broke off");

/** Ours. */
const Attachment = z.strictObject({
  id: id.nullable().describe("What /api/app/files serves it by; null: an image at an address"),
  name: z.string(),
  media_type: z.string(),
  size: count.nullable().describe("In bytes"),
  url: z.string().optional().describe("Where the image is, for one that is no file here"),
});
export type Attachment = Wire<typeof Attachment>;
const attachments = z.array(Attachment).optional().describe("Files and images of the question, where it has some");

/** Ours. */
const AnswerSource = z.strictObject({
  n: count.describe("From 1 on; the number of a document that is deleted is not used again"),
  doc_id: id,
  chunk_id: id,
  title: z.string(),
  page_from: count.nullable(),
  page_to: count.nullable(),
  excerpt: z.string(),
  citable: z.boolean().describe("Whether the model was told the number, so that [n] in the answer names this source"),
});

export const SessionEvent = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("user_input"), content: z.string(), attachments, ...ids }),
    z.strictObject({ type: z.literal("thinking_delta"), content: z.string(), ...ids }),
    z.strictObject({
      type: z.literal("thinking"),
      content: z.string(),
      duration_ms: z.number().min(0).optional().describe("With event_ids=1"),
      ...ids,
    }),
    z.strictObject({ type: z.literal("text_delta"), content: z.string(), continues, ...ids }),
    z.strictObject({ type: z.literal("text"), content: z.string(), continues, ...ids }),
    z
      .strictObject({
        type: z.literal("tool_call_delta"),
        call_id: z.string(),
        name: z.string(),
        delta: z.string(),
        ...ids,
      })
      .describe("With event_ids=1: a call whose arguments are still arriving"),
    z.strictObject({
      type: z.literal("tool_call"),
      call_id: z.string(),
      name: z.string(),
      arguments: object,
      ...ids,
    }),
    z.strictObject({
      type: z.literal("tool_result"),
      call_id: z.string(),
      name: z.string(),
      result: z.unknown(),
      image_attachment: z.strictObject({ attachment_name: z.string(), source_id: z.string() }).nullable().optional(),
      is_error: z.boolean().optional().describe("With event_ids=1"),
      cut: z
        .enum([...CallCut.options, "unanswered"])
        .optional()
        .describe(
          "With event_ids=1: why the tool has not answered, though it may have run; unanswered: nobody was to run it",
        ),
      duration_ms: z.number().min(0).optional().describe("With event_ids=1"),
      ...ids,
    }),
    z
      .strictObject({ type: z.literal("notice"), content: z.string(), ...ids })
      .describe("With event_ids=1: what was done to make the answer possible, or is odd about it"),
    z.strictObject({
      type: z.literal("stop"),
      is_error: z.boolean(),
      error: z.string().nullable(),
      usage: z.strictObject({
        duration_ms: count.nullable(),
        total_input_tokens: count.nullable(),
        total_output_tokens: count.nullable(),
        turns: count,
      }),
      pending_call_ids: z.array(z.string()).optional().describe("Calls that wait for the caller's answer"),
      limit: z.enum(TURN_LIMITS).optional().describe("What ended a turn that would have gone on"),
      estimated_output_tokens: count
        .optional()
        .describe("With event_ids=1: the tokens of the answer by our own count, where the provider gave none"),
      skipped_index_ids: z.array(z.string()).optional().describe("Indexes that were asked for and are not there"),
      sources: z
        .array(AnswerSource)
        .optional()
        .describe("With event_ids=1: the pieces of documents that the answer rests on, where there are some"),
      status: z.string().optional().describe("With event_ids=1: completed, failed, cancelled or interrupted"),
      model: z.string().nullable().optional().describe("With event_ids=1"),
      agent: Answerer.nullable().optional().describe("With event_ids=1: who answered; null once it is deleted"),
      finish_reason: z
        .string()
        .nullable()
        .optional()
        .describe(
          "With event_ids=1: why the model ended: stop, length, content-filter or tool-calls; null: it did not",
        ),
      ...ids,
    }),
  ])
  .meta({ id: "LlamaCloudEvent" });
export type SessionEvent = Wire<typeof SessionEvent>;

export const FullSession = z
  .strictObject({ ...summaryFields, events: z.array(SessionEvent) })
  .meta({ id: "LlamaCloudFullSession" });
export type FullSession = Wire<typeof FullSession>;

export const Stopped = z.strictObject({
  stopped: z.boolean().describe("Whether a turn was running"),
  job_metadata: JobMetadata.nullable(),
});

export const Failure = z
  .strictObject({
    detail: z.union([z.string(), z.array(fault)]),
  })
  .meta({ id: "LlamaCloudError" });
