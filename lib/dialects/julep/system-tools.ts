import { z } from "zod";
import {
  createAgent,
  deleteAgent,
  getAgent,
  listAgents,
  patchAgent,
  replaceAgent,
  saveAgent,
} from "../../core/agents.ts";
import { createDoc, deleteDoc, getDoc, listDocs } from "../../core/docs.ts";
import { getJob } from "../../core/jobs.ts";
import { embedTexts, searchDocs } from "../../core/recall/search.ts";
import type { Scope, ServerToolCall } from "../../core/scope.ts";
import { patchSession, setSession } from "../../core/session-settings.ts";
import { createSession, deleteSession, getSession, listSessionsByOffset } from "../../core/sessions.ts";
import { turnFailure } from "../../core/turn/failure.ts";
import { endedTurn, followLive } from "../../core/turn/follow.ts";
import { getHistory } from "../../core/turn/history.ts";
import { takeTurn } from "../../core/turn/take-turn.ts";
import { createUser, deleteUser, getUser, listUsers, patchUser, replaceUser, saveUser } from "../../core/users.ts";
import type { DocOwner } from "../../domain/doc.ts";
import { ChatError } from "../../domain/errors.ts";
import { isLast } from "../../domain/events.ts";
import {
  decodeAgent,
  decodeAgentPatch,
  decodeDoc,
  decodePage,
  decodeParticipants,
  decodeSearch,
  decodeSession,
  decodeSessionPatch,
  decodeTurn,
  decodeUser,
  decodeUserPatch,
} from "./decode.ts";
import {
  encodeAgent,
  encodeChat,
  encodeDeleted,
  encodeDoc,
  encodeHistory,
  encodeHit,
  encodeJob,
  encodeSession,
  encodeUser,
  SHOWN_SOURCES,
} from "./encode.ts";
import {
  AgentBody,
  AgentPatch,
  ChatInput,
  CreateSessionBody,
  DocBody,
  EmbedBody,
  ListQuery,
  SearchBody,
  SessionBody,
  SessionPatch,
  UserBody,
  UserPatch,
} from "./schema.ts";
import type { SystemSpec } from "./tools.ts";

type Arguments = Readonly<Record<string, unknown>>;
/** One operation of the API, for the account of the turn. `id` is the resource it is about. */
type Operation = (scope: Scope, id: string, input: Arguments, signal: AbortSignal) => Promise<unknown>;

/**
 * An operation of this API as a tool: the contract, 4.5. It acts for the account of the turn, with the same checks and
 * the same answers as over HTTP.
 *
 * What the tool fixes (`resource_id`, `arguments`) wins over what the model gives. A chat on the session of the turn is
 * refused: it would wait for itself.
 */
export async function systemOperation(
  spec: z.output<typeof SystemSpec>,
  { scope, session, input, signal }: ServerToolCall,
): Promise<unknown> {
  const name = [spec.resource, spec.subresource, spec.operation].filter(Boolean).join(".");
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operation) {
    throw new Error(`The operation "${name}" is not offered. Offered are: ${Object.keys(OPERATIONS).join(", ")}`);
  }
  const given: Arguments = { ...z.record(z.string(), z.unknown()).parse(input), ...spec.arguments };
  const id = spec.resource_id ?? z.string().safeParse(given.id ?? given[`${spec.resource}_id`]).data ?? "";
  if (name === "session.chat" && id.toLowerCase() === session.id) {
    throw new Error("A session cannot chat with itself");
  }
  try {
    return await operation(scope, id.toLowerCase(), given, signal);
  } catch (thrown) {
    throw new Error(reason(thrown), { cause: thrown });
  }
}

/** What is wrong, for a model that can call again: the field and what is allowed. */
function reason(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    return thrown.issues.map((issue) => `${issue.path.join(".") || "arguments"}: ${issue.message}`).join("; ");
  }
  return thrown instanceof ChatError ? thrown.message : "The operation failed on our side";
}

/** Paging as a query has it: numbers as texts. */
const page = (input: Arguments) =>
  decodePage(
    ListQuery.parse(
      Object.fromEntries(Object.entries(input).flatMap(([name, value]) => (value == null ? [] : [[name, `${value}`]]))),
    ),
  );

const deleted =
  (work: (scope: Scope, id: string) => Promise<void>): Operation =>
  async (scope, id) => {
    await work(scope, id);
    return encodeDeleted(id);
  };

const docOperations = (role: DocOwner["role"]): Readonly<Record<string, Operation>> => ({
  [`${role}.doc.create`]: async (scope, id, input) =>
    encodeDoc(await createDoc(scope, { role, id }, decodeDoc(DocBody.parse(input)))),
  [`${role}.doc.list`]: async (scope, id, input) => ({
    items: (await listDocs(scope, { role, id }, page(input), false)).map(encodeDoc),
  }),
  [`${role}.doc.delete`]: async (scope, id, input) => {
    const docId = z.object({ doc_id: z.string() }).parse(input).doc_id;
    await deleteDoc(scope, { role, id }, docId);
    return encodeDeleted(docId);
  },
  [`${role}.doc.search`]: async (scope, id, input) => {
    const { query, options } = decodeSearch(SearchBody.parse({ include_embeddings: false, ...input }));
    const owners = { agentIds: role === "agent" ? [id] : [], userIds: role === "user" ? [id] : [] };
    return { docs: (await searchDocs(scope, owners, query, options)).map(encodeHit) };
  },
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "agent.create": async (scope, _, input) => encodeAgent(await createAgent(scope, decodeAgent(AgentBody.parse(input)))),
  "agent.get": async (scope, id) => encodeAgent(await getAgent(scope, id)),
  "agent.list": async (scope, _, input) => ({ items: (await listAgents(scope, page(input))).map(encodeAgent) }),
  "agent.update": async (scope, id, input) =>
    encodeAgent(await replaceAgent(scope, id, decodeAgent(AgentBody.parse(input)))),
  "agent.patch": async (scope, id, input) =>
    encodeAgent(await patchAgent(scope, id, () => decodeAgentPatch(AgentPatch.parse(input)))),
  "agent.create_or_update": async (scope, id, input) =>
    encodeAgent(await saveAgent(scope, z.guid().parse(id), decodeAgent(AgentBody.parse(input)))),
  "agent.delete": deleted(deleteAgent),
  ...docOperations("agent"),

  "user.create": async (scope, _, input) => encodeUser(await createUser(scope, decodeUser(UserBody.parse(input)))),
  "user.get": async (scope, id) => encodeUser(await getUser(scope, id)),
  "user.list": async (scope, _, input) => ({ items: (await listUsers(scope, page(input))).map(encodeUser) }),
  "user.update": async (scope, id, input) =>
    encodeUser(await replaceUser(scope, id, decodeUser(UserBody.parse(input)))),
  "user.patch": async (scope, id, input) =>
    encodeUser(await patchUser(scope, id, decodeUserPatch(UserPatch.parse(input)))),
  "user.create_or_update": async (scope, id, input) =>
    encodeUser(await saveUser(scope, z.guid().parse(id), decodeUser(UserBody.parse(input)))),
  "user.delete": deleted(deleteUser),
  ...docOperations("user"),

  "session.create": async (scope, _, input) => {
    const body = CreateSessionBody.parse(input);
    const chosen = { ...decodeSession(body), ...decodeParticipants(body) };
    return encodeSession(await createSession(scope, "julep", chosen));
  },
  "session.get": async (scope, id) => encodeSession(await getSession(scope, id)),
  "session.list": async (scope, _, input) => ({
    items: (await listSessionsByOffset(scope, page(input))).map(encodeSession),
  }),
  "session.update": async (scope, id, input) =>
    encodeSession(await setSession(scope, id, decodeSession(SessionBody.parse(input)))),
  "session.patch": async (scope, id, input) => {
    const body = SessionPatch.parse(input);
    return encodeSession(await patchSession(scope, id, (now) => decodeSessionPatch(body, now)));
  },
  "session.delete": deleted(deleteSession),
  "session.history": async (scope, id) => {
    const session = await getSession(scope, id);
    return encodeHistory(session, await getHistory(scope, session, { sources: SHOWN_SOURCES }), SHOWN_SOURCES, {
      offset: 0,
    });
  },
  "session.chat": async (scope, id, input, signal) => {
    // Without tools of its own, so that two sessions cannot call each other in turn.
    const body = ChatInput.parse({ ...input, stream: false, auto_run_tools: false });
    const { runId, live, prepared } = await takeTurn(scope, decodeTurn(id, body, signal));
    if (!live) throw new ChatError("interrupted", "The answer was interrupted");
    signal.addEventListener("abort", () => live.abort("hang-up", new ChatError("cancelled", "cancelled")));
    const events = await endedTurn(followLive(live, 0));
    const last = events.at(-1);
    if (!last || !isLast(last)) throw new ChatError("interrupted", "The answer was interrupted");
    if (last.type === "turn-error") throw turnFailure(last);
    return encodeChat(runId, events, last, { docs: prepared?.docs ?? [], jobs: [] });
  },

  "doc.get": async (scope, id) => encodeDoc(await getDoc(scope, id, false)),
  "doc.embed": async (scope, _, input) => {
    const { text, embed_instruction } = EmbedBody.parse(input);
    return { vectors: await embedTexts(scope, text, embed_instruction) };
  },
  "job.get": async (scope, id) => encodeJob(await getJob(scope, id)),
};
