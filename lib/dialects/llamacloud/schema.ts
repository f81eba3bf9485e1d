import { z } from "zod";
import type { TurnLimit } from "../../domain/events.ts";

// Wire shapes of LlamaCloud's beta chat: the project's contract, sections 4 and 8.
// What a client gets by asking with `details=1` or `event_ids=1` is ours and marked so.

/** Token use and state of a session's latest run; null before the first. */
export type JobMetadata = {
  readonly duration_ms: number | null;
  readonly error: string | null;
  readonly export_config_ids: readonly string[] | null;
  readonly is_error: boolean;
  readonly total_input_tokens: number | null;
  readonly total_output_tokens: number | null;
  /** Model calls of that run. */
  readonly turns: number;
};

/** What `details=1` adds to a session. Ours. */
export type SessionDetails = {
  readonly created_at: string;
  readonly pinned: boolean;
  readonly archived: boolean;
  /** The id of the turn that runs now, else null. */
  readonly running_run_id: string | null;
  /** The latest summary; `covers` counts user messages from 1. */
  readonly summary: { readonly text: string; readonly covers: readonly [number, number] } | null;
  readonly agent: { readonly id: string; readonly name: string; readonly model: string } | null;
};

export type SessionSummary = {
  readonly session_id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly last_updated_at: string;
  readonly generated_title: string | null;
  readonly index_ids: readonly string[] | null;
  readonly job_metadata: JobMetadata | null;
  readonly shared_access?: string;
} & Partial<SessionDetails>;

export type SessionPage = { readonly items: readonly SessionSummary[]; readonly next_page_token: string | null };

export type StopUsage = {
  readonly duration_ms: number | null;
  readonly total_input_tokens: number | null;
  readonly total_output_tokens: number | null;
  readonly turns: number;
};

/** What `event_ids=1` adds to each event. Ours. */
export type EventIds = {
  /** Names the event: equal in the stream and in the history. */
  readonly event_id: string;
  /** The stored message it is a part of; absent on `stop`. */
  readonly message_id?: string;
  readonly run_id: string | null;
  readonly created_at: string;
};

type Bare =
  | { readonly type: "user_input"; readonly content: string }
  | { readonly type: "thinking_delta"; readonly content: string }
  | { readonly type: "thinking"; readonly content: string; readonly duration_ms?: number }
  | { readonly type: "text_delta"; readonly content: string; readonly continues?: true }
  | {
      readonly type: "text";
      readonly content: string;
      /** The block goes on where the text block before it broke off. Ours, only with `event_ids=1`. */
      readonly continues?: true;
    }
  /** A call whose arguments are still arriving. Ours, only in a stream with `event_ids=1`. */
  | { readonly type: "tool_call_delta"; readonly call_id: string; readonly name: string; readonly delta: string }
  | {
      readonly type: "tool_call";
      readonly call_id: string;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "tool_result";
      readonly call_id: string;
      readonly name: string;
      readonly result: unknown;
      readonly image_attachment?: { readonly attachment_name: string; readonly source_id: string } | null;
      /** Ours, only with `event_ids=1`. */
      readonly is_error?: boolean;
      /** Ours, only with `event_ids=1`. */
      readonly duration_ms?: number;
    }
  | {
      readonly type: "stop";
      readonly is_error: boolean;
      readonly error: string | null;
      readonly usage: StopUsage;
      /** Calls that wait for the caller's answer. Ours. */
      readonly pending_call_ids?: readonly string[];
      readonly limit?: TurnLimit;
      readonly skipped_index_ids?: readonly string[];
      /** Ours, only with `event_ids=1`: completed, failed, cancelled, interrupted. */
      readonly status?: string;
      /** Ours, only with `event_ids=1`. */
      readonly model?: string | null;
    };

export type SessionEvent = Bare & Partial<EventIds>;

export type FullSession = SessionSummary & { readonly events: readonly SessionEvent[] };

const MAX_PROMPT = 200_000;
const MAX_INDEXES = 10;
const flag = z.enum(["1", "true", "0", "false"]).transform((value) => value === "1" || value === "true");
const fault = (type: string, message: string) => ({ error: message, params: { type } });

/** Scope parameters of every endpoint. They are read from the query; an empty value counts as absent. */
export const ScopeQuery = z.object({
  project_id: z.guid().optional(),
  organization_id: z.guid().optional(),
  /** Ours: the fields of `SessionDetails`. */
  details: flag.optional(),
  /** Ours: the fields of `EventIds`, and `id:` lines in streams. */
  event_ids: flag.optional(),
});
export type ScopeQuery = z.infer<typeof ScopeQuery>;

const integer = (schema: z.ZodNumber) =>
  z
    .string()
    .refine((text) => /^[+-]?\d+$/.test(text.trim()), {
      ...fault("int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
      abort: true,
    })
    .transform(Number)
    .pipe(schema);

export const ListQuery = ScopeQuery.extend({
  page_size: integer(z.number().min(0)).optional(),
  page_token: z.string().optional(),
  /** Ours: sessions of every project of the account, for the sidebar. */
  all_projects: flag.optional(),
  /** Ours: whether archived sessions are listed; they are unless this says no. */
  archived: flag.optional(),
});

export const FollowQuery = ScopeQuery.extend({ after: integer(z.number().min(0)).optional() });

const IndexIds = z.array(z.string()).max(MAX_INDEXES);

export const CreateBody = z.object({
  index_ids: IndexIds.nullish(),
  shared_access: z.enum(["query", "read_only"]).nullish(),
});

export const TitleBody = z.object({
  first_message: z
    .string()
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, first_message must not be blank")),
});

export const PatchBody = z.object({
  generated_title: z
    .string()
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, generated_title must not be blank"))
    .max(200)
    .optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** The text's length as people count it: in code points. */
const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

export const StreamBody = z.object({
  index_ids: IndexIds,
  prompt: z
    .string()
    .refine(
      (text) => text.length <= MAX_PROMPT || codePoints(text) <= MAX_PROMPT,
      fault("string_too_long", `String should have at most ${MAX_PROMPT} characters`),
    )
    .refine((text) => text.trim() !== "", fault("value_error", "Value error, prompt must not be blank")),
  require_all_indexes: z.boolean().nullish(),
  /** Ours, all from here on: see the contract, section 8. */
  message_id: z.guid().nullish(),
  parent_id: z.guid().nullable().optional(),
  agent_id: z.guid().nullish(),
  model: z.string().min(1).max(120).nullish(),
});
export type StreamBody = z.infer<typeof StreamBody>;
