import type { SessionSettings } from "../db/new-session.ts";
import * as db from "../db/sessions.ts";
import { violated } from "../db/violated.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Session } from "../domain/session.ts";
import { dropUnusedFiles } from "./files.ts";
import { checkReachesAccount } from "./reach.ts";
import type { Scope } from "./scope.ts";
import { checkParticipants, createSession, getSession, getToEmpty } from "./sessions.ts";
import { deletionTopics } from "./signals.ts";
import { historyDeleted } from "./turn/failure.ts";

/** What can be set of a session at any time. */
export type { SessionSettings };

type Participants = { readonly agentIds: readonly string[]; readonly userIds: readonly string[] };

/** Sets all settings of a session and moves it to the front. Throws "not-found". */
export async function setSession(scope: Scope, id: string, settings: SessionSettings): Promise<Session> {
  checkReachesAccount(scope);
  const isSet = await db.setSettings(scope.database, scope.accountId, id, settings);
  if (!isSet) throw notFound("session", id);
  return getSession(scope, id);
}

/**
 * Sets the settings of a session to what `change` makes of them, and moves it to the front: of two changes that come at
 * once none is lost. Throws "not-found", for an id that cannot be one too, and what `change` throws.
 */
export async function patchSession(
  scope: Scope,
  id: string,
  change: (now: SessionSettings) => SessionSettings,
): Promise<Session> {
  await getSession(scope, id);
  const isSet = await db.changeSettings(scope.database, scope.accountId, id, change);
  if (!isSet) throw notFound("session", id);
  return getSession(scope, id);
}

/**
 * Makes a session under an id, or sets all settings of the one that has it and adds participants to it.
 *
 * Throws "bad-request" for a participant, "conflict" for an id that another account holds.
 */
export async function saveSession(
  scope: Scope,
  origin: string,
  id: string,
  settings: SessionSettings,
  participants: Participants,
): Promise<Session> {
  checkReachesAccount(scope);
  await checkParticipants(scope, participants, "create or update");
  const find = () => db.findSession(scope.database, scope.accountId, id);
  if (!(await find())) {
    try {
      return await createSession(scope, origin, { ...settings, ...participants, id });
    } catch (thrown) {
      if (violated(thrown) !== "Session_pkey") throw thrown;
      // Unless another request of the account was faster.
      if (!(await find())) throw new ChatError("conflict", "A session cannot be made under this id", { field: "id" });
    }
  }
  await db.addParticipants(scope.database, id, participants);
  return setSession(scope, id, settings);
}

/**
 * Deletes a session's messages on every line, its summaries, its turns, and the title that was made of them; the
 * session stays. What runs in it ends first; what begins meanwhile ends when its lease is renewed. Throws "not-found".
 */
export async function clearHistory(scope: Scope, id: string): Promise<void> {
  const session = await getToEmpty(scope, id, historyDeleted());
  const isCleared = await db.clearHistory(scope.database, scope.accountId, session.id, newId());
  if (!isCleared) throw notFound("session", id);
  await dropUnusedFiles(scope);
  scope.signals.notify(deletionTopics(session.id, session.runningRunId));
}
