import { z } from "zod";

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
      readonly skipped_index_ids?: readonly string[];
      /** Ours, only with `event_ids=1`: completed, failed, cancelled, interrupted. */
      readonly status?: string;
      /** Ours, only with `event_ids=1`. */
      readonly model?: string | null;
    };

export type SessionEvent = Bare & Partial<EventIds>;

export type FullSession = SessionSummary & { readonly events: readonly SessionEvent[] };

export const Empty = z.object({});
