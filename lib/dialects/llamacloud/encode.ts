import type { Index } from "../../core/indexes.ts";
import type { History } from "../../core/turn/history.ts";
import type { Agent } from "../../domain/agent.ts";
import { messageText, type Part } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import type {
  Attachment,
  EventIds,
  JobMetadata,
  SessionDetails,
  SessionEvent,
  SessionPage,
  SessionSummary,
} from "./answers.ts";

/** A session as create, list, summary and title answer it: the contract, 4.1. `details`: who answers in it. */
export function encodeSummary(session: Session, details: Answering | null): SessionSummary {
  return {
    session_id: session.id,
    last_updated_at: session.updatedAt.toISOString(),
    generated_title: session.title,
    index_ids: session.indexIds.length > 0 ? session.indexIds : null,
    job_metadata: session.lastRun && encodeJob(session.lastRun),
    shared_access: session.sharedAccess,
    ...(details ? encodeDetails(session, details) : {}),
  };
}

/** Who answers in a session: its first agent, and what works in it now. Null in lists, and where there is none. */
type Answering = { readonly agent: Agent | null; readonly running: Run | null };

function encodeDetails(session: Session, { agent, running }: Answering): SessionDetails {
  return {
    created_at: session.createdAt.toISOString(),
    pinned: session.pinned,
    archived: session.archived,
    running_run_id: session.runningRunId,
    running_by: running && { agent: running.agent, model: running.model },
    summary: session.summary && { text: session.summary.text, covers: [1, session.summary.questions] },
    agent: agent && { id: agent.id, name: agent.name, model: agent.model },
  };
}

/** The contract, 4.2. Tokens are null where the provider gave none. */
function encodeJob(run: Run): JobMetadata {
  const { error, is_error, usage } = stopFields(run);
  return { ...usage, duration_ms: usage.duration_ms, error, is_error, export_config_ids: null };
}

export function encodePage(
  sessions: readonly Session[],
  nextPageToken: string | null,
  withDetails: boolean,
): SessionPage {
  return {
    items: sessions.map((session) => encodeSummary(session, withDetails ? { agent: null, running: null } : null)),
    next_page_token: sessions.length > 0 ? nextPageToken : null,
  };
}

type Ended = Pick<Run, "status" | "error" | "usage" | "durationMs" | "steps">;

/** How a turn ended, as `stop` and `job_metadata` say it. */
export function stopFields(run: Ended) {
  const tokens = run.usage && !run.usage.isEstimated ? run.usage : { inputTokens: null, outputTokens: null };
  const isError = run.status !== "completed";
  return {
    is_error: isError,
    error: isError ? errorText(run) : null,
    usage: {
      duration_ms: run.durationMs,
      total_input_tokens: tokens.inputTokens,
      total_output_tokens: tokens.outputTokens,
      turns: run.steps,
    },
  };
}

const errorText = (run: Ended): string => (run.status === "failed" ? (run.error?.message ?? "failed") : run.status);

/** The events of a session: the contract, 4.4 and 6.2. Each committed turn ends in one `stop`; a running one has none. */
export function encodeEvents(history: History, withIds: boolean): SessionEvent[] {
  const events: SessionEvent[] = [];
  for (const [n, message] of history.line.entries()) {
    const { runId, id, createdAt } = message;
    const mark = marker(withIds, { message_id: id, run_id: runId, created_at: createdAt.toISOString() });
    events.push(...encodeMessage(message, mark));
    const run = runId === null ? undefined : history.runs.get(runId);
    if (run && history.line[n + 1]?.runId !== runId) {
      const own = withIds
        ? { status: run.status, model: run.model, agent: run.agent, finish_reason: run.finishReason }
        : {};
      const ids = { event_id: `${run.id}.stop`, run_id: run.id, created_at: createdAt.toISOString() };
      const pending = openCalls(history, run.id);
      const waits = pending.length > 0 ? { pending_call_ids: pending } : {};
      events.push({ type: "stop", ...stopFields(run), ...waits, ...own, ...(withIds ? ids : {}) });
    }
  }
  if (history.running) {
    const { runId, input, messages } = history.running;
    for (const message of input) {
      const mark = marker(withIds, {
        message_id: message.id,
        run_id: runId,
        created_at: message.createdAt.toISOString(),
      });
      events.push(...encodeMessage(message, mark));
    }
    for (const message of messages.filter((one) => one.isClosed)) {
      const mark = marker(withIds, {
        message_id: message.id,
        run_id: runId,
        created_at: new Date(message.at).toISOString(),
      });
      events.push(...encodeMessage(message, mark));
    }
  }
  return events;
}

/** Calls of a run that ended without a result: they wait for the caller's answer, until something else is said. */
function openCalls({ line }: History, runId: string): string[] {
  const last = line.findLastIndex((message) => message.runId === runId);
  if (last !== line.length - 1) return [];
  const parts = line.filter((message) => message.runId === runId).flatMap((message) => message.parts);
  const answered = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.callId] : [])));
  return parts.flatMap((part) => (part.type === "tool-call" && !answered.has(part.callId) ? [part.callId] : []));
}

type Mark = (part: number) => Partial<EventIds>;

const marker =
  (withIds: boolean, ids: Omit<EventIds, "event_id"> & { readonly message_id: string }): Mark =>
  (part) =>
    withIds ? { event_id: `${ids.message_id}.${part}`, ...ids } : {};

function encodeMessage(
  message: { readonly role: string; readonly parts: readonly Part[] },
  mark: Mark,
): SessionEvent[] {
  if (message.role === "system") return [];
  if (message.role === "user") return [{ ...encodeQuestion(message.parts), ...mark(0) }];
  const withIds = mark(0).event_id !== undefined;
  return message.parts.flatMap((part, n): SessionEvent[] => {
    switch (part.type) {
      case "text":
        return [
          { type: "text", content: part.text, ...(withIds && part.continues ? { continues: true } : {}), ...mark(n) },
        ];
      case "reasoning":
        return [
          { type: "thinking", content: part.text, ...(withIds ? { duration_ms: part.durationMs } : {}), ...mark(n) },
        ];
      case "tool-call":
        return [
          { type: "tool_call", call_id: part.callId, name: part.name, arguments: asObject(part.input), ...mark(n) },
        ];
      case "tool-result": {
        const own = withIds ? { is_error: part.isError, cut: part.cut, duration_ms: part.durationMs } : {};
        return [
          { type: "tool_result", call_id: part.callId, name: part.name, result: part.output, ...own, ...mark(n) },
        ];
      }
      case "image":
      case "file":
      case "notice":
      case "provider-data":
        return [];
      default:
        return part satisfies never;
    }
  });
}

/** What somebody asks, with the files and images that belong to it. */
export function encodeQuestion(parts: readonly Part[]) {
  const attachments = parts.flatMap((part): Attachment[] => {
    if (part.type === "file") {
      return [{ id: part.fileId, name: part.name, media_type: part.mediaType, size: part.size }];
    }
    if (part.type === "image") {
      return [{ id: null, name: "image", media_type: "image/*", size: null, url: part.url }];
    }
    return [];
  });
  const content = messageText(parts);
  return { type: "user_input" as const, content, ...(attachments.length > 0 ? { attachments } : {}) };
}

/** `arguments` is an object on the wire; what a model sent instead stands under "value". */
export const asObject = (input: unknown): Readonly<Record<string, unknown>> =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? { ...input } : { value: input };

/** An index: the companion routes of the contract, section 8. */
export const encodeIndex = (index: Index) => ({
  id: index.id,
  name: index.name,
  description: index.description,
  project_id: index.projectId,
  created_at: index.createdAt.toISOString(),
  updated_at: index.updatedAt.toISOString(),
});
