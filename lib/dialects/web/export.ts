import type { partsOfAccount, partsOfSession, StoredBranch, StoredRun, StoredSummary } from "../../core/export.ts";
import type { User } from "../../domain/agent.ts";
import { exactJson } from "../../domain/exact-numbers.ts";
import type { FileInfo } from "../../domain/file.ts";
import type { Message, Part } from "../../domain/message.ts";
import type { Session } from "../../domain/session.ts";
import { encodeListedAgent } from "./encode.ts";
import { encodeDocument, encodeIndexDetails } from "./knowledge.ts";

// What a person takes along: docs/data.md says what is in it. Names and shapes stay once they were given to somebody.

const FORMAT = { format: "parley", version: 1 } as const;

/** A part as it is stored; what is for a provider alone is in nobody's hands but its own. */
function encodePart(part: Part): readonly object[] {
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text, ...(part.continues ? { continues: true } : {}) }];
    case "image":
      return [{ type: "image", url: part.url, ...(part.detail ? { detail: part.detail } : {}) }];
    case "file": {
      const { fileId: file_id, name, mediaType: media_type, size } = part;
      return [{ type: "file", file_id, name, media_type, size }];
    }
    case "reasoning":
      return [{ type: "reasoning", text: part.text, duration_ms: part.durationMs ?? null }];
    case "tool-call":
      return [{ type: "tool_call", call_id: part.callId, name: part.name, input: part.input }];
    case "tool-result": {
      const { callId: call_id, name, output, isError: is_error, cut = null, durationMs = null } = part;
      return [{ type: "tool_result", call_id, name, output, is_error, cut, duration_ms: durationMs }];
    }
    case "notice":
      return [{ type: "notice", text: part.text }];
    case "provider-data":
      return [];
    default:
      part satisfies never;
      return [];
  }
}

const encodeSession = (session: Session) => ({
  id: session.id,
  title: session.title,
  title_source: session.titleSource,
  origin: session.origin,
  pinned: session.pinned,
  archived: session.archived,
  project_id: session.projectId,
  agent_ids: session.agentIds,
  user_ids: session.userIds,
  index_ids: session.indexIds,
  situation: session.situation,
  system_template: session.systemTemplate,
  metadata: session.metadata,
  active_branch_id: session.activeBranchId,
  /** A turn that runs is not in the messages yet. */
  running_run_id: session.runningRunId,
  created_at: session.createdAt.toISOString(),
  updated_at: session.updatedAt.toISOString(),
});

const encodeBranch = (branch: StoredBranch) => ({
  id: branch.id,
  parent_id: branch.parentId,
  fork_position: branch.forkPosition,
  next_position: branch.nextPosition,
  created_at: branch.createdAt.toISOString(),
});

const encodeRun = ({ usage, ...run }: StoredRun) => ({
  id: run.id,
  branch_id: run.branchId,
  dialect: run.dialect,
  status: run.status,
  finish_reason: run.finishReason,
  limit: run.limit,
  error: run.error,
  usage: usage && {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    is_estimated: usage.isEstimated,
  },
  duration_ms: run.durationMs,
  steps: run.steps,
  model: run.model,
  agent: run.agent,
  created_at: run.createdAt.toISOString(),
});

const encodeMessage = (message: Message) => ({
  id: message.id,
  branch_id: message.branchId,
  position: message.position,
  run_id: message.runId,
  role: message.role,
  name: message.name,
  source: message.source,
  model: message.model,
  parts: message.parts.flatMap(encodePart),
  created_at: message.createdAt.toISOString(),
});

const encodeStoredSummary = (summary: StoredSummary) => ({
  id: summary.id,
  branch_id: summary.branchId,
  upto_position: summary.uptoPosition,
  text: summary.text,
  replaces: summary.replaces,
  created_at: summary.createdAt.toISOString(),
});

const encodeUser = (user: User) => ({
  id: user.id,
  name: user.name,
  about: user.about,
  metadata: user.metadata,
  created_at: user.createdAt.toISOString(),
});

const encodeStoredFile = ({ id, name, mediaType, size, hash }: FileInfo) => ({
  id,
  name,
  media_type: mediaType,
  size,
  sha256: hash,
});

type Text = AsyncGenerator<string, void>;
type Pages<Item> = AsyncIterable<readonly Item[]>;
type SessionParts = ReturnType<typeof partsOfSession>;

/**
 * A session as one JSON object, piece by piece: `session`, then the lists `branches`, `runs`, `summaries` and
 * `messages`.
 */
export async function* sessionJson(session: Session, parts: SessionParts, now: Date): Text {
  const head = { ...FORMAT, exported_at: now.toISOString(), session: encodeSession(session) };
  yield exactJson(head).slice(0, -1);
  yield* list("branches", parts.branches(), encodeBranch);
  yield* list("runs", parts.runs(), encodeRun);
  yield* list("summaries", parts.summaries(), encodeStoredSummary);
  yield* list("messages", parts.messages(), encodeMessage);
  await parts.end();
  yield "}\n";
}

async function* list<Item>(name: string, pages: Pages<Item>, encode: (item: Item) => object): Text {
  yield `,\n"${name}":[`;
  let between = "\n";
  for await (const page of pages) {
    yield between + page.map((item) => exactJson(encode(item))).join(",\n");
    between = ",\n";
  }
  yield "]";
}

const line = (type: string, fields: object): string => `${exactJson({ type, ...fields })}\n`;

async function* lines<Item>(type: string, pages: Pages<Item>, encode: (item: Item) => object): Text {
  for await (const page of pages) yield page.map((item) => line(type, encode(item))).join("");
}

type AccountParts = ReturnType<typeof partsOfAccount>;

/**
 * All of an account, each thing on a line of its own that says its `type`. The last line is `{"type": "end"}`: without
 * it something is missing.
 */
export async function* accountLines(
  account: { readonly id: string },
  parts: AccountParts,
  partsOf: (session: Session) => SessionParts,
  now: Date,
): Text {
  yield line("export", { ...FORMAT, exported_at: now.toISOString(), account });
  yield* lines("agent", parts.agents(), encodeListedAgent);
  yield* lines("user", parts.users(), encodeUser);
  yield* lines("index", parts.indexes(), encodeIndexDetails);
  for await (const page of parts.documents()) {
    for (const document of page) {
      yield line("document", encodeDocument(document));
      const pieces = parts.piecesOf(document);
      yield* lines("document_text", pieces, ({ position, content }) => ({
        document_id: document.id,
        position,
        text: content,
      }));
    }
  }
  for await (const page of parts.sessions()) for (const session of page) yield* sessionLines(session, partsOf(session));
  for await (const page of parts.files()) for (const file of page) yield* fileLines(file, parts.bytesOf(file));
  yield line("end", {});
}

async function* sessionLines(session: Session, parts: SessionParts): Text {
  const of = { session_id: session.id };
  yield line("session", encodeSession(session));
  yield* lines("branch", parts.branches(), (branch) => ({ ...of, ...encodeBranch(branch) }));
  yield* lines("run", parts.runs(), (run) => ({ ...of, ...encodeRun(run) }));
  yield* lines("summary", parts.summaries(), (summary) => ({ ...of, ...encodeStoredSummary(summary) }));
  yield* lines("message", parts.messages(), (message) => ({ ...of, ...encodeMessage(message) }));
}

async function* fileLines(file: FileInfo, bytes: AsyncIterable<Uint8Array>): Text {
  yield line("file", encodeStoredFile(file));
  let n = 0;
  for await (const piece of bytes) {
    yield line("file_bytes", { file_id: file.id, n: n++, base64: Buffer.from(piece).toString("base64") });
  }
}
