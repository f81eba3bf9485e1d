import { holdFiles } from "../../core/files.ts";
import { knownIndexIds } from "../../core/indexes.ts";
import { checkProject, defaultProject } from "../../core/projects.ts";
import type { Scope } from "../../core/scope.ts";
import type { TurnCall } from "../../core/turn/turn-call.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import type { FilePart, NewMessage, Part } from "../../domain/message.ts";
import type { Session, SessionWithAgents } from "../../domain/session.ts";
import type { Surface } from "../dialect.ts";
import type { ScopeQuery, StreamBody } from "./schema.ts";

/**
 * The project that a call is about: the one it names, else the account's default one; null stands for all, which only a
 * browser gets that names none.
 *
 * Throws "not-found" for a project or an organization that is not the account's.
 */
export async function projectOf(scope: Scope, query: ScopeQuery): Promise<string | null> {
  const { project_id, organization_id } = query;
  if (organization_id !== undefined && organization_id.toLowerCase() !== scope.accountId) throw notFound("project");
  if (project_id !== undefined) return checkProject(scope, project_id);
  return scope.via === "cookie" ? null : defaultProject(scope);
}

/** Hides a session that lies in another project than the call's. */
export function inProject(session: Session, projectId: string | null): Session {
  if (projectId !== null && session.projectId !== projectId) throw notFound("session", session.id);
  return session;
}

/** The indexes of a turn as they were asked for, and what they come to. */
export type AskedIndexes = {
  /** In small letters and each once. */
  readonly asked: readonly string[];
  /** Those that the turn is about, and those to bind the session to; null leaves its own. */
  readonly resolve: () => Promise<{ readonly bind: readonly string[] | null; readonly indexIds: readonly string[] }>;
  /** Those that are not there: none before they are resolved, as of a repeat. */
  readonly skipped: () => readonly string[];
};

/**
 * The indexes of a turn. Once they are asked for they throw "not-found", and "conflict" where the session has others.
 */
export function turnIndexes(scope: Scope, session: Session, body: StreamBody): AskedIndexes {
  const asked = [...new Set(body.index_ids.map((id) => id.toLowerCase()))];
  let skipped: readonly string[] = [];
  return {
    asked,
    async resolve() {
      const found = await resolved(scope, session, asked, body.require_all_indexes ?? false);
      skipped = found.skipped;
      return found;
    },
    skipped: () => skipped,
  };
}

/** By the table of the contract, 5.5. */
async function resolved(scope: Scope, session: Session, asked: readonly string[], requiresAll: boolean) {
  if (asked.length === 0) return { bind: null, indexIds: session.indexIds, skipped: [] };
  const bound = new Set(session.indexIds);
  const isBound = bound.size > 0;
  const isSame = asked.length === bound.size && asked.every((id) => bound.has(id));
  if (isBound && !isSame && session.indexesLockedAt !== null) {
    throw new ChatError("conflict", "Session indexes are locked", { noun: "session" });
  }
  const known = await knownIndexIds(scope, session.projectId, asked);
  const skipped = asked.filter((id) => !known.has(id));
  if (skipped.length > 0 && (requiresAll || skipped.length === asked.length)) throw notFound("index", skipped[0]);
  const indexIds = asked.filter((id) => known.has(id));
  return { bind: isBound && !isSame ? indexIds : null, indexIds, skipped };
}

/** The files that a question brings, held while it is asked. Throws "not-found" for one that is not there. */
export async function turnAttachments(scope: Scope, { attachments }: StreamBody): Promise<readonly FilePart[]> {
  const files = await holdFiles(scope, [...new Set(attachments ?? [])]);
  return files.map(({ id, name, mediaType, size }) => ({ type: "file", fileId: id, name, mediaType, size }));
}

/** A stream request. */
export type StreamCall = {
  /** The surface that was asked: LlamaCloud's own, or the web app's, whose pages speak this dialect too. */
  readonly by: Pick<Surface, "name" | "policy">;
  readonly known: SessionWithAgents;
  readonly body: StreamBody;
  /** What the question brings besides its words. */
  readonly attached: readonly FilePart[];
  readonly indexes: AskedIndexes;
  readonly cancelsOnDisconnect: boolean;
  /** Whether events carry their ids. */
  readonly withIds: boolean;
};

/** A stream request as a turn: a question, or the answers to the calls that wait. */
export function decodeTurn({ by, known, body, attached, indexes, ...call }: StreamCall): TurnCall {
  const { name, policy } = by;
  const results = body.tool_results ?? null;
  return {
    dialect: name,
    policy: {
      ...policy,
      onHangUp: call.cancelsOnDisconnect ? "cancel" : policy.onHangUp,
      // In a browser no tool of the server's runs, and functions are offered anyway.
      ownTools: body.client_tools && policy.ownTools === "runnable" ? "runnable-and-functions" : policy.ownTools,
    },
    sessionId: known.session.id,
    known,
    parentId: body.parent_id,
    insteadOf: body.instead_of_id ?? undefined,
    agentId: body.agent_id ?? undefined,
    askedIndexIds: indexes.asked,
    async resolve() {
      const { bind, indexIds } = await indexes.resolve();
      return { indexIds, bindIndexIds: bind ?? undefined };
    },
    input: results?.map(answerMessage) ?? [newInput("user", questionParts(body.prompt ?? "", attached))],
    answersCalls: results !== null,
    tools: [],
    toolChoice: "auto",
    settings: body.model ? { model: body.model } : {},
    requestKey: body.message_id ?? undefined,
    requestKeyField: "message_id",
  };
}

/** Files stand before the words that are about them: so models read both best. */
const questionParts = (prompt: string, attached: readonly FilePart[]): Part[] => [
  ...attached,
  ...(prompt.trim() === "" ? [] : [{ type: "text" as const, text: prompt }]),
];

type Answer = NonNullable<StreamBody["tool_results"]>[number];

const answerMessage = ({ call_id, output, is_error }: Answer): NewMessage =>
  newInput("tool", [{ type: "tool-result", callId: call_id, name: "", output, isError: is_error ?? false }]);

const newInput = (role: "user" | "tool", parts: Part[]): NewMessage => ({
  id: newId(),
  role,
  name: null,
  source: "api_request",
  parts,
  model: null,
  createdAt: new Date(),
});

const CURSOR = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_([0-9a-f-]{36})_([0-9a-f-]{36}|all)$/u;

/** An opaque, url-safe token for the page after a session. It holds the project, and is good for that one only. */
export const encodeCursor = (session: Session, projectId: string | null): string =>
  Buffer.from(`${session.updatedAt.toISOString()}_${session.id}_${projectId ?? "all"}`).toString("base64url");

/** The place a page token names. Throws "bad-request" for one that cannot be read or belongs to another project. */
export function decodeCursor(token: string, projectId: string | null): { updatedAt: string; id: string } {
  const match = CURSOR.exec(Buffer.from(token, "base64url").toString("utf8"));
  const [, updatedAt, id, project] = match ?? [];
  if (
    updatedAt === undefined ||
    id === undefined ||
    project !== (projectId ?? "all") ||
    Number.isNaN(Date.parse(updatedAt))
  ) {
    throw new ChatError("bad-request", "Invalid page_token", { field: "page_token" });
  }
  return { updatedAt, id };
}
