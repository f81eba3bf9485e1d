import { type ChangePlace, findChanges, type Look, look } from "../db/session-changes.ts";
import { listSessionsById } from "../db/sessions.ts";
import type { Session } from "../domain/session.ts";
import type { Ports, Scope } from "./scope.ts";
import { isListed } from "./sessions.ts";

const PAGE = 100;
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** What changed in the sessions of an account since a look. */
export type SessionChanges = {
  /** What to ask with next. */
  readonly token: string;
  /** As they are now, in no order. */
  readonly sessions: readonly Session[];
  /** Those that are there and stay out of the list of a person: see `isListed`. To a program none. */
  readonly unlistedIds: readonly string[];
  readonly deletedIds: readonly string[];
  /** Whether there is more to be told at once. */
  readonly hasMore: boolean;
  /** Nobody knows what changed since: the list is to be read anew, after this answer. */
  readonly isReset: boolean;
};

/** A token for what changes from now on. */
export async function lookNow({ database }: Pick<Ports, "database">): Promise<{ readonly token: string }> {
  return { token: tokenOf(await look(database)) };
}

/**
 * At most 100 sessions that changed since the look that a token is of: made, renamed, pinned, archived, summarised,
 * deleted, their turns begun and ended. What is deleted is told for a day.
 *
 * Nothing is passed over, however long its transaction takes: a token names the transactions that were seen, and no
 * time. What was told may be told again. Null: nothing yet but a token. A text that is no token of this database, or
 * too old a one, is a reset.
 */
export async function listChangedSessions(scope: Scope, token: string | null): Promise<SessionChanges> {
  if (scope.via === "cookie") scope.onAppOpen?.();
  const none = { sessions: [], unlistedIds: [], deletedIds: [], hasMore: false };
  if (token === null) return { ...none, ...(await lookNow(scope)), isReset: false };
  const since = readToken(token);
  if (since === null) return { ...none, ...(await lookNow(scope)), isReset: true };
  const found = await findChanges(scope.database, scope.accountId, since.after, PAGE + 1);
  const { changedIn } = since.after;
  const isKnown = since.database === found.look.database && since.next <= found.look.end;
  if (!isKnown || found.forgottenIn >= changedIn) return { ...none, token: tokenOf(found.look), isReset: true };

  const changes = found.changes.slice(0, PAGE);
  const last = changes.at(-1);
  const hasMore = found.changes.length > PAGE && last !== undefined;
  // What changes while the pages are read comes after what the first of them has seen.
  const next = since.isPage ? since.next : found.look.seenBefore;
  const ids = changes.flatMap(({ sessionId, isDeleted }) => (isDeleted ? [] : [sessionId]));
  const isShown = (session: Session) => scope.via !== "cookie" || isListed(session);
  const sessions = ids.length === 0 ? [] : await listSessionsById(scope.database, scope.accountId, ids);
  return {
    token: tokenOf({ database: found.look.database, seenBefore: next }, hasMore ? last : null),
    sessions: sessions.filter(isShown),
    unlistedIds: sessions.flatMap((session) => (isShown(session) ? [] : [session.id])),
    deletedIds: changes.flatMap(({ sessionId, isDeleted }) => (isDeleted ? [sessionId] : [])),
    hasMore,
    isReset: false,
  };
}

/** The database, what to go on from when all is told, and for a further page where the last one ended. */
function tokenOf({ database, seenBefore }: Pick<Look, "database" | "seenBefore">, after: ChangePlace | null = null) {
  const page = after ? [after.changedIn, after.sessionId] : [];
  return [database, seenBefore, ...page].join("_");
}

type Since = {
  readonly database: string;
  readonly next: bigint;
  readonly after: ChangePlace;
  /** Whether it is of a further page. */
  readonly isPage: boolean;
};

const TOKEN = /^(\d{1,10}-\d{1,18})_(\d{1,18})(?:_(\d{1,18})_([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}))?$/u;

function readToken(text: string): Since | null {
  const [, database, seen, changedIn, sessionId] = TOKEN.exec(text) ?? [];
  if (database === undefined || seen === undefined) return null;
  const next = BigInt(seen);
  return changedIn === undefined || sessionId === undefined
    ? { database, next, after: { changedIn: next, sessionId: NO_ID }, isPage: false }
    : { database, next, after: { changedIn: BigInt(changedIn), sessionId }, isPage: true };
}
