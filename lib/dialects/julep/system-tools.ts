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
import { createDoc, deleteDoc, getDoc, listDocs, searchDocsOf } from "../../core/docs.ts";
import { getJob } from "../../core/jobs.ts";
import { embedTexts } from "../../core/recall/search.ts";
import type { Scope } from "../../core/scope.ts";
import { patchSession, setSession } from "../../core/session-settings.ts";
import { createSession, deleteSession, getSession, listSessionsByOffset } from "../../core/sessions.ts";
import type { OperationName } from "../../core/tools/operations.ts";
import type { Operate, OperationCall } from "../../core/tools/run-system.ts";
import { turnFailure } from "../../core/turn/failure.ts";
import { endedTurn, followLive } from "../../core/turn/follow.ts";
import { getHistory, withFileContent } from "../../core/turn/history.ts";
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

type Operation = (call: OperationCall) => Promise<unknown>;

/**
 * The operations of system tools, with the bodies and the answers of this API: the contract, 4.5. Agents have these
 * tools whichever dialect they answer in.
 */
export const operate: Operate = (name, call) => OPERATIONS[name](call);

/** Paging as a query has it: numbers as texts. */
const page = (input: OperationCall["input"]) =>
  decodePage(
    ListQuery.parse(
      Object.fromEntries(Object.entries(input).flatMap(([name, value]) => (value == null ? [] : [[name, `${value}`]]))),
    ),
  );

const deleted =
  (work: (scope: Scope, id: string) => Promise<void>): Operation =>
  async ({ scope, id }) => {
    await work(scope, id);
    return encodeDeleted(id);
  };

const docOperations = (role: DocOwner["role"]) => ({
  create: async ({ scope, id, input }: OperationCall) =>
    encodeDoc(await createDoc(scope, { role, id }, decodeDoc(DocBody.parse(input)))),
  list: async ({ scope, id, input }: OperationCall) => ({
    items: (await listDocs(scope, { role, id }, page(input), false)).map(encodeDoc),
  }),
  delete: async ({ scope, id, input }: OperationCall) => {
    const docId = z.object({ doc_id: z.string() }).parse(input).doc_id;
    await deleteDoc(scope, { role, id }, docId);
    return encodeDeleted(docId);
  },
  search: async ({ scope, id, input }: OperationCall) => {
    const { query, options } = decodeSearch(SearchBody.parse({ include_embeddings: false, ...input }));
    return { docs: (await searchDocsOf(scope, { role, id }, query, options)).map(encodeHit) };
  },
});

const agentDocs = docOperations("agent");
const userDocs = docOperations("user");

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  "agent.create": async ({ scope, input }) =>
    encodeAgent(await createAgent(scope, decodeAgent(AgentBody.parse(input)))),
  "agent.get": async ({ scope, id }) => encodeAgent(await getAgent(scope, id)),
  "agent.list": async ({ scope, input }) => ({ items: (await listAgents(scope, page(input))).map(encodeAgent) }),
  "agent.update": async ({ scope, id, input }) =>
    encodeAgent(await replaceAgent(scope, id, decodeAgent(AgentBody.parse(input)))),
  "agent.patch": async ({ scope, id, input }) =>
    encodeAgent(await patchAgent(scope, id, () => decodeAgentPatch(AgentPatch.parse(input)))),
  "agent.create-or-update": async ({ scope, id, input }) =>
    encodeAgent(await saveAgent(scope, z.guid().parse(id), decodeAgent(AgentBody.parse(input)))),
  "agent.delete": deleted(deleteAgent),
  "agent.doc.create": agentDocs.create,
  "agent.doc.list": agentDocs.list,
  "agent.doc.delete": agentDocs.delete,
  "agent.doc.search": agentDocs.search,

  "user.create": async ({ scope, input }) => encodeUser(await createUser(scope, decodeUser(UserBody.parse(input)))),
  "user.get": async ({ scope, id }) => encodeUser(await getUser(scope, id)),
  "user.list": async ({ scope, input }) => ({ items: (await listUsers(scope, page(input))).map(encodeUser) }),
  "user.update": async ({ scope, id, input }) =>
    encodeUser(await replaceUser(scope, id, decodeUser(UserBody.parse(input)))),
  "user.patch": async ({ scope, id, input }) =>
    encodeUser(await patchUser(scope, id, decodeUserPatch(UserPatch.parse(input)))),
  "user.create-or-update": async ({ scope, id, input }) =>
    encodeUser(await saveUser(scope, z.guid().parse(id), decodeUser(UserBody.parse(input)))),
  "user.delete": deleted(deleteUser),
  "user.doc.create": userDocs.create,
  "user.doc.list": userDocs.list,
  "user.doc.delete": userDocs.delete,
  "user.doc.search": userDocs.search,

  "session.create": async ({ scope, input }) => {
    const body = CreateSessionBody.parse(input);
    const chosen = { ...decodeSession(body), ...decodeParticipants(body) };
    return encodeSession(await createSession(scope, "julep", chosen));
  },
  "session.get": async ({ scope, id }) => encodeSession(await getSession(scope, id)),
  "session.list": async ({ scope, input }) => ({
    items: (await listSessionsByOffset(scope, page(input))).map(encodeSession),
  }),
  "session.update": async ({ scope, id, input }) =>
    encodeSession(await setSession(scope, id, decodeSession(SessionBody.parse(input)))),
  "session.patch": async ({ scope, id, input }) => {
    const body = SessionPatch.parse(input);
    return encodeSession(await patchSession(scope, id, (now) => decodeSessionPatch(body, now)));
  },
  "session.delete": deleted(deleteSession),
  "session.history": async ({ scope, id }) => {
    const session = await getSession(scope, id);
    const history = await getHistory(scope, session, { sources: SHOWN_SOURCES });
    // The model that has called it reads words.
    return encodeHistory(session, await withFileContent(scope, history, false), SHOWN_SOURCES, { offset: 0 });
  },
  "session.chat": async ({ scope, id, input, signal }) => {
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

  "doc.get": async ({ scope, id }) => encodeDoc(await getDoc(scope, id, false)),
  "doc.embed": async ({ scope, input }) => {
    const { text, embed_instruction } = EmbedBody.parse(input);
    return { vectors: await embedTexts(scope, text, { instruction: embed_instruction, isAsked: false }) };
  },
  "job.get": async ({ scope, id }) => encodeJob(await getJob(scope, id)),
};
