import { findAgents } from "../db/agents.ts";
import { insertSession, type NewSession } from "../db/new-session.ts";
import type { OffsetPage } from "../db/page.ts";
import { findSessionWithAgents } from "../db/session-agents.ts";
import * as db from "../db/sessions.ts";
import { findUsers } from "../db/users.ts";
import type { Agent } from "../domain/agent.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { isId, newId } from "../domain/ids.ts";
import type { Session, SessionWithAgents } from "../domain/session.ts";
import { defaults } from "./agents.ts";
import { dropUnusedFiles } from "./files.ts";
import { knownIndexIds } from "./indexes.ts";
import { within } from "./maxima.ts";
import { projectNamed } from "./projects.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";
import { deletionTopics } from "./signals.ts";
import { summaryOf } from "./summarise.ts";
import { fallbackTitle, modelTitle } from "./titles.ts";
import { latestTranscript } from "./transcript.ts";
import { sessionDeleted } from "./turn/failure.ts";
import type { LiveRun } from "./turn/live-run.ts";

/** A session of the account. Throws "not-found", for an id that cannot be one too, and as `checkReachesAccount`. */
export async function getSession(scope: Scope, id: string): Promise<Session> {
  const session = await getAsItIs(scope, id);
  mendTurn(scope, session);
  return session;
}

async function getAsItIs(scope: Scope, id: string): Promise<Session> {
  checkReachesAccount(scope);
  const session = isId(id) ? await db.findSession(scope.database, scope.accountId, id) : null;
  if (!session) throw notFound("session", id);
  return session;
}

/**
 * A session of the account whose turns are about to be deleted: those of this process are ended, and what was set aside
 * for one that its process has left is settled. Throws as `getSession` does.
 */
export async function getToEmpty(scope: Scope, id: string, why: ChatError): Promise<Session> {
  const session = await getAsItIs(scope, id);
  const { runningRunId } = session;
  if (runningRunId !== null && !scope.runner.find(runningRunId)) {
    const { settleLeft } = await import("./turn/take-over.ts");
    await settleLeft(scope, scope.accountId, runningRunId).catch((thrown) => {
      scope.log.warn({ err: thrown, runId: runningRunId }, "What was set aside for a turn that was left stays counted");
    });
  }
  await endTurns(scope.runner.ofSession(session.id), why);
  return session;
}

/** Goes on, behind the answer, with a turn of a session that its process has left. */
function mendTurn(scope: Scope, { runningRunId }: Session): void {
  if (runningRunId === null || scope.runner.find(runningRunId)) return;
  const mend = async (): Promise<void> => {
    // Loaded when it is needed: all that runs turns comes with it, and most who read a session need none of that.
    const { takeOverRun } = await import("./turn/take-over.ts");
    await takeOverRun(scope, scope.accountId, runningRunId);
  };
  const mended = mend().catch((thrown) => {
    scope.log.warn({ err: thrown, runId: runningRunId }, "A turn that was met could not be looked after");
  });
  scope.host.keepAwake(mended);
}

/** A session of the account with its agents. Throws as `getSession` does. */
export async function getSessionWithAgents(scope: Scope, id: string): Promise<SessionWithAgents> {
  checkReachesAccount(scope);
  return getKnown(scope, id);
}

async function getKnown(scope: Scope, id: string): Promise<SessionWithAgents> {
  const found = isId(id) ? await findSessionWithAgents(scope.database, scope.accountId, id) : null;
  if (!found) throw notFound("session", id);
  mendTurn(scope, found.session);
  return found;
}

/**
 * A session that an agent takes part in, with all its agents, for a caller of that agent alone: gone once nobody has
 * written to it for as long as the agent says. Throws "not-found".
 */
export async function getAgentSession(scope: Scope, id: string, agent: Agent): Promise<SessionWithAgents> {
  const known = await getKnown(scope, id);
  const { session } = known;
  const { sessionTtlSeconds: ttl } = agent;
  const isOver = ttl !== null && session.updatedAt.getTime() + ttl * 1000 < Date.now();
  if (isOver || !session.agentIds.includes(agent.id)) throw notFound("session", id);
  return known;
}

/** Where and how far a list of sessions goes: see `listSessions` of the database. */
export type SessionFilter = Parameters<typeof db.listSessions>[2];

/** Sessions, latest change first, then by id. */
export async function listSessions(scope: Scope, filter: SessionFilter): Promise<Session[]> {
  checkReachesAccount(scope);
  return db.listSessions(scope.database, scope.accountId, filter);
}

/**
 * Whether people find a session in their list: not one that a program has made and in which nothing is said, or being
 * answered, yet.
 */
export const isListed = ({ origin, nextPosition, runningRunId }: Session): boolean =>
  origin === "web" || nextPosition > 0 || runningRunId !== null;

/** Sessions by offset. */
export async function listSessionsByOffset(scope: Scope, page: OffsetPage): Promise<Session[]> {
  checkReachesAccount(scope);
  return db.listSessionsByOffset(scope.database, scope.accountId, page);
}

type Chosen = Pick<
  NewSession,
  | "situation"
  | "systemTemplate"
  | "renderTemplates"
  | "tokenBudget"
  | "contextOverflow"
  | "autoRunTools"
  | "forwardToolCalls"
  | "recallOptions"
  | "metadata"
  | "sharedAccess"
  | "indexIds"
  | "userIds"
> & {
  /** Empty: the account's default agent. */
  readonly agentIds: readonly string[];
  /** Null: the account's default project. */
  readonly projectId: string | null;
  /** Null: a new one. */
  readonly id: string | null;
};

export const UNSET: Chosen = {
  situation: null,
  systemTemplate: null,
  renderTemplates: true,
  tokenBudget: null,
  contextOverflow: null,
  autoRunTools: false,
  forwardToolCalls: false,
  recallOptions: null,
  metadata: null,
  sharedAccess: "read_only",
  agentIds: [],
  userIds: [],
  indexIds: [],
  projectId: null,
  id: null,
};

/**
 * Makes a session and gives it.
 *
 * Throws "bad-request" for an agent or user, and "not-found" for an index, that is not the account's, and for the
 * number of sessions as `takePlace`.
 */
export async function createSession(scope: Scope, origin: string, chosen: Partial<Chosen>): Promise<Session> {
  checkReachesAccount(scope);
  const wanted = { ...UNSET, ...chosen };
  const { database, accountId } = scope;
  // A session that names its agents does not need the default one, which would show up in lists.
  const home = wanted.agentIds.length === 0 ? await defaults(scope) : null;
  const projectId = wanted.projectId ?? home?.projectId ?? (await projectNamed(scope, null));
  await checkParticipants(scope, wanted, "create");
  const known = await knownIndexIds(scope, projectId, wanted.indexIds);
  const unknown = wanted.indexIds.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound("index", unknown);

  const id = wanted.id ?? newId();
  const agentIds = home ? [home.agentId] : wanted.agentIds;
  const session = { ...wanted, id, branchId: newId(), projectId, origin, agentIds };
  await within(scope, "sessions", () => insertSession(database, accountId, session));
  return getSession(scope, id);
}

/** Throws "bad-request" for an agent or a user that is not the account's. */
export async function checkParticipants(
  scope: Scope,
  { agentIds, userIds }: Pick<Chosen, "agentIds" | "userIds">,
  during: "create" | "create or update",
): Promise<void> {
  const [agents, users] = await Promise.all([
    agentIds.length > 0 ? findAgents(scope.database, scope.accountId, agentIds) : [],
    findUsers(scope.database, scope.accountId, userIds),
  ]);
  if (agents.length < agentIds.length || users.length < userIds.length) {
    throw new ChatError(
      "bad-request",
      `The specified participant ID is invalid for the given participant type during ${during}`,
    );
  }
}

/**
 * Deletes a session for good, with the turns that run in it, stored or not, and the files of its messages. Throws
 * "not-found".
 */
export async function deleteSession(scope: Scope, id: string): Promise<void> {
  const session = await getToEmpty(scope, id, sessionDeleted());
  if (!(await db.deleteSession(scope.database, scope.accountId, session.id))) throw notFound("session", id);
  await dropUnusedFiles(scope);
  scope.signals.notify(deletionTopics(session.id, session.runningRunId));
  // Turns that began between the look and the delete.
  void endTurns(scope.runner.ofSession(session.id), sessionDeleted());
}

/** Ends turns of this process whose session, history or account is deleted. Resolves when each has ended. */
export async function endTurns(lives: readonly LiveRun[], why: ChatError): Promise<void> {
  for (const live of lives) live.abort("deleted", why);
  await Promise.all(lives.map((live) => live.ended));
}

/** Sets what a person chose: a title of their own, pinned, archived, metadata. Moves nothing. Throws "not-found". */
export async function updateSession(
  scope: Scope,
  id: string,
  change: {
    readonly title?: string;
    readonly pinned?: boolean;
    readonly archived?: boolean;
    readonly metadata?: Readonly<Record<string, unknown>>;
  },
): Promise<Session> {
  await getSession(scope, id);
  const { title, ...flags } = change;
  if (title !== undefined) await db.setTitle(scope.database, scope.accountId, id, title, "person", false);
  if (Object.keys(flags).length > 0) await db.setFlags(scope.database, scope.accountId, id, flags);
  return getSession(scope, id);
}

/**
 * Gives a session a title made from its first message, and moves it to the front. A person's title stays.
 *
 * Where the model fails or the caller is at its limit, the title is the message's first words, unless a model has made
 * a better one before. Throws "not-found".
 */
export async function generateTitle(scope: Scope, id: string, firstMessage: string): Promise<Session> {
  await getSession(scope, id);
  const made = await modelTitle(scope, firstMessage, { isAsked: true, apiKey: scope.providerKey });
  const title = made ?? fallbackTitle(firstMessage) ?? firstMessage;
  await db.setTitle(scope.database, scope.accountId, id, title, made === null ? "fallback" : "model", true);
  return getSession(scope, id);
}

const SUMMARY_INSTRUCTION =
  "Summarise the conversation below in at most two sentences, in its language: what was asked and what came of it. " +
  "Answer with the summary alone.";

/**
 * Summarises a session's active line up to its last message, and keeps the summary.
 *
 * Throws "not-found", "bad-request" for a session without words, "rate-limited", "model-failed" for anything but a
 * whole answer, and what the model call throws.
 */
export async function summariseSession(scope: Scope, id: string): Promise<Session> {
  const session = await getSession(scope, id);
  const transcript = await latestTranscript(scope, session);
  if (transcript === "") throw new ChatError("bad-request", "There is nothing to summarise yet");
  const text = await summaryOf(scope, SUMMARY_INSTRUCTION, transcript, { isAsked: true });
  await db.insertSummary(scope.database, {
    id: newId(),
    sessionId: id,
    branchId: session.activeBranchId,
    uptoPosition: session.nextPosition - 1,
    text,
    replaces: false,
  });
  return getSession(scope, id);
}
