import { pictureOfResult, sourcesOfResult } from "../../core/knowledge/retrieved.ts";
import type { History } from "../../core/turn/history.ts";
import type { Agent } from "../../domain/agent.ts";
import { type Message, messageText, type NewMessage, type Part } from "../../domain/message.ts";
import { NOT_ANSWERED, unansweredCalls } from "../../domain/open-calls.ts";
import type { Run } from "../../domain/run.ts";
import type { Session } from "../../domain/session.ts";
import { allSources, NOTHING_RECALLED, type Recalled, type Source } from "../../domain/source.ts";
import type { ToolCall } from "../../domain/tool.ts";
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
    job_metadata: session.lastRun && encodeJob(session.lastRun, session.lastRunIndexIds ?? []),
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
    active_branch_id: session.activeBranchId,
    has_branches: session.hasBranches,
    running_by: running && { agent: running.agent, model: running.model },
    summary: session.summary && { text: session.summary.text, covers: [1, session.summary.questions] },
    agent: agent && { id: agent.id, name: agent.name, model: agent.model },
  };
}

/** The contract, 4.2. Tokens are null where the provider gave none. An index is its export configuration, too. */
function encodeJob(run: Run, indexIds: readonly string[]): JobMetadata {
  const { error, is_error, usage } = stopFields(run);
  return {
    ...usage,
    duration_ms: usage.duration_ms,
    error,
    is_error,
    export_config_ids: indexIds.length > 0 ? [...indexIds] : null,
  };
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

/** The tokens of a turn that were counted by us, where its provider gave none. */
export const estimatedTokens = (usage: Run["usage"]): { readonly estimated_output_tokens?: number } =>
  usage?.isEstimated && usage.outputTokens !== null ? { estimated_output_tokens: usage.outputTokens } : {};

/**
 * What is told of a history, or of a part of it: then with what follows the last message, which may be of the same run.
 */
type Told = Pick<History, "line" | "runs" | "running"> & {
  readonly next?: { readonly runId: string | null; readonly role: string } | null;
  /** What was recalled for its turns, by their runs. Absent: nobody asks. */
  readonly recalled?: ReadonlyMap<string, Recalled>;
  /** Pieces that are gone with their documents: they are no sources any more. */
  readonly gone?: ReadonlySet<string>;
};

/**
 * The events of a session: the contract, 4.4 and 6.2. Each committed turn ends in one `stop`; a running one has none. A
 * call to which something else was said has the result "not answered", as the model sees it.
 */
export function encodeEvents(history: Told, withIds: boolean): SessionEvent[] {
  const { line, runs, running, next = null, recalled, gone } = history;
  let looked: Source[] = [];
  const events: SessionEvent[] = [];
  const unanswered = unansweredCalls([...line, ...(running?.input ?? []), ...(next ? [{ ...next, parts: [] }] : [])]);
  const numbers = noticeNumbers();
  const encode = (message: Encoded, runId: string | null) =>
    events.push(...encodeMessage(message, runId, withIds, numbers));
  for (const [n, message] of line.entries()) {
    const { runId, createdAt } = message;
    encode(message, runId);
    looked.push(...message.parts.flatMap(lookedUp));
    const mine = unanswered.filter(({ at }) => at === n);
    for (const { call, isOpen } of mine) if (!isOpen) events.push(notAnswered(message, call, withIds));
    const run = runId === null ? undefined : runs.get(runId);
    if (run && (n + 1 < line.length ? line[n + 1] : next)?.runId !== runId) {
      const own = withIds
        ? { status: run.status, model: run.model, agent: run.agent, finish_reason: run.finishReason }
        : {};
      const guessed = withIds ? estimatedTokens(run.usage) : {};
      const sources = withIds ? encodeSources(recalled?.get(run.id), looked, gone) : {};
      looked = [];
      const ids = { event_id: `${run.id}.stop`, run_id: run.id, created_at: createdAt.toISOString() };
      const pending = unanswered.flatMap(({ call, at, isOpen }) =>
        // Where a part ends before a result, nobody can tell here which of its calls were answered.
        isOpen && next === null && line[at]?.runId === runId ? [call.callId] : [],
      );
      const waits = pending.length > 0 ? { pending_call_ids: pending } : {};
      const limit = run.limit === null ? {} : { limit: run.limit };
      events.push({
        type: "stop",
        ...stopFields(run),
        ...waits,
        ...limit,
        ...guessed,
        ...own,
        ...sources,
        ...(withIds ? ids : {}),
      });
    }
  }
  if (running) {
    for (const message of running.input) encode(message, running.runId);
    for (const message of running.messages) {
      if (message.isClosed) encode({ ...message, createdAt: new Date(message.at) }, running.runId);
    }
  }
  return events;
}

const lookedUp = (part: Part): readonly Source[] => (part.type === "tool-result" ? sourcesOfResult(part) : []);

/** The sources of an answer: what was recalled for it, and what its tools have found; nothing where it has none. */
export function encodeSources(recalled: Recalled | undefined, looked: readonly Source[], gone?: ReadonlySet<string>) {
  const sources = allSources(
    recalled ?? NOTHING_RECALLED,
    looked.filter(({ pieceId }) => !gone?.has(pieceId)),
  );
  return sources.length === 0 ? {} : { sources: sources.map(encodeSource) };
}

const encodeSource = ({ n, docId, pieceId, title, pageFrom, pageTo, excerpt, isCitable }: Source) => ({
  n,
  doc_id: docId,
  chunk_id: pieceId,
  title,
  page_from: pageFrom,
  page_to: pageTo,
  excerpt,
  citable: isCitable,
});

/** Numbers the notices of each run, from 0. */
function noticeNumbers(): (runId: string | null) => number {
  const next = new Map<string | null, number>();
  return (runId) => {
    const number = next.get(runId) ?? 0;
    next.set(runId, number + 1);
    return number;
  };
}

type Encoded = Pick<NewMessage, "id" | "role" | "createdAt"> & { readonly parts: readonly Part[] };

const idsOf = ({ id, createdAt }: Pick<Encoded, "id" | "createdAt">, runId: string | null, name: string): EventIds => ({
  event_id: `${id}.${name}`,
  message_id: id,
  run_id: runId,
  created_at: createdAt.toISOString(),
});

/** A notice is named by its run: it may come before there is a message. */
export const noticeIds = (runId: string | null, number: number, at: Date): Partial<EventIds> => ({
  event_id: `${runId}.notice.${number}`,
  run_id: runId,
  created_at: at.toISOString(),
});

function notAnswered(message: Message, { callId, name }: ToolCall, withIds: boolean): SessionEvent {
  const own = withIds
    ? { is_error: true, cut: "unanswered" as const, ...idsOf(message, message.runId, `${callId}.unanswered`) }
    : {};
  return { type: "tool_result", call_id: callId, name, result: NOT_ANSWERED, ...own };
}

/** The events of a message: of each of its parts one, and none of what is for nobody to see. */
export function encodeMessage(
  message: Encoded,
  runId: string | null,
  withIds: boolean,
  numberOf: (runId: string | null) => number = () => 0,
): SessionEvent[] {
  const { role, parts } = message;
  const mark = (part: number) => (withIds ? idsOf(message, runId, String(part)) : {});
  if (role === "system") return [];
  if (role === "user") return [{ ...encodeQuestion(parts), ...mark(0) }];
  return parts.flatMap((part, n): SessionEvent[] => {
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
          {
            type: "tool_result",
            call_id: part.callId,
            name: part.name,
            result: part.output,
            ...pictureIn(part),
            ...own,
            ...mark(n),
          },
        ];
      }
      case "notice": {
        if (!withIds) return [];
        return [{ type: "notice", content: part.text, ...noticeIds(runId, numberOf(runId), message.createdAt) }];
      }
      case "image":
      case "file":
      case "provider-data":
        return [];
      default:
        return part satisfies never;
    }
  });
}

/** Where the picture is of what a tool has found first; nothing where there is none. */
export function pictureIn(result: Parameters<typeof pictureOfResult>[0]) {
  const picture = pictureOfResult(result);
  return picture === null ? {} : { image_attachment: picture };
}

/** What somebody asks, with the files and images that belong to it. */
function encodeQuestion(parts: readonly Part[]) {
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
