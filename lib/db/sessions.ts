import type { Session, TitleSource } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { emptyOwner } from "./docs.ts";
import type { SessionSettings } from "./new-session.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { jsonInput } from "./prisma.ts";
import { clearHistoryRows } from "./sql/history.ts";
import {
  addParticipantRows,
  deleteSessionRow,
  findSessionRows,
  holdSettings,
  insertSummaryRow,
  keepOneAgentRow,
  listSessionRows,
  setSettingsRow,
  setTitleRow,
} from "./sql/sessions.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";
import { together } from "./together.ts";

type SessionKey = { readonly accountId: string; readonly id: string };

/** What finds rows of sessions, of several accounts at once. */
type FindRows<Row> = (
  database: Database,
  keys: { readonly ids: readonly string[]; readonly accountIds: readonly string[] },
) => Promise<Row[]>;

/** A way to find one of an account by its id, or null; what is asked for at once is read together. */
export const finderOf = <Row extends SessionKey>(find: FindRows<Row>) =>
  together(async (database, keys: readonly SessionKey[]) => {
    const found = await find(database, {
      ids: keys.map(({ id }) => id),
      accountIds: keys.map(({ accountId }) => accountId),
    });
    const sessions = new Map(found.map((row) => [`${row.accountId} ${row.id}`, row]));
    return keys.map(({ accountId, id }) => sessions.get(`${accountId} ${id.toLowerCase()}`) ?? null);
  });

const findTogether = finderOf(findSessionRows);

/** A session of the account, or null. One that has expired is gone. */
export async function findSession(database: Database, accountId: string, id: string): Promise<Session | null> {
  const found = await findTogether(database, { accountId, id });
  if (!found) return null;
  const { accountId: _, ...session } = found;
  return session;
}

/** So often a list is read, where each time a session of it is deleted meanwhile. */
const MOST_TRIES = 3;

/** Where a page of sessions begins: after the session with this time (ISO 8601) and id. */
export type SessionCursor = { readonly updatedAt: string; readonly id: string };

/**
 * Sessions of the account, latest change first, then by id. `projectId` null: of every project.
 *
 * Read by two statements: a database makes a new plan each time for one that may give many rows or few, and a plan of
 * all that a session has takes it longer than the reading.
 */
export async function listSessions(
  database: Database,
  accountId: string,
  filter: {
    readonly projectId: string | null;
    readonly after: SessionCursor | null;
    readonly changedSince?: Date;
    /** Whether the sessions are archived; null: both kinds. */
    readonly archived: boolean | null;
    /** Whether sessions of programs are listed in which nothing is said yet. */
    readonly withEmpty: boolean;
    /** What is in the title, whether in capital or small letters. Absent: sessions of any title. */
    readonly titlePart?: string;
    readonly limit: number;
  },
): Promise<Session[]> {
  const asked = {
    accountId,
    projectId: filter.projectId,
    afterTime: filter.after?.updatedAt ?? null,
    afterId: filter.after?.id ?? null,
    archived: filter.archived,
    changedSince: filter.changedSince ?? null,
    limit: filter.limit,
    withEmpty: filter.withEmpty,
    titlePart: filter.titlePart ?? null,
  };
  for (let tries = 1; ; tries++) {
    const listed = await listSessionRows(database, asked);
    const sessions = byId(
      await listSessionsById(
        database,
        accountId,
        listed.map(({ id }) => id),
      ),
    );
    const found = listed.flatMap(({ id, updatedAt }) => {
      const session = sessions.get(id);
      // With the time of its place: one that has changed meanwhile comes before all of them in the next list.
      return session ? { ...session, updatedAt } : [];
    });
    // A list that is shorter than it was asked for says that it is the last. One that was deleted meanwhile is not in
    // the next one.
    if (found.length === listed.length || tries === MOST_TRIES) return found;
  }
}

const byId = (sessions: readonly Session[]): ReadonlyMap<string, Session> =>
  new Map(sessions.map((session) => [session.id, session]));

/** Sessions of the account by offset. */
export async function listSessionsByOffset(
  database: Database,
  accountId: string,
  page: OffsetPage,
): Promise<Session[]> {
  const alive = { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const where = { accountId, ...alive, ...metadataWhere(page) };
  const listed = await database.prisma.session.findMany({ where, ...pageOf(page), select: { id: true } });
  const ids = listed.map(({ id }) => id);
  const sessions = byId(await listSessionsById(database, accountId, ids));
  return ids.flatMap((id) => sessions.get(id) ?? []);
}

/** The sessions of the account among these ids, in no order. */
export async function listSessionsById(
  database: Database,
  accountId: string,
  ids: readonly string[],
): Promise<Session[]> {
  const found = await findSessionRows(database, { ids, accountIds: [accountId] });
  return found.map(({ accountId: _, ...session }) => session);
}

/** Deletes a session of the account with all that hangs on it. Gives whether there was one. */
export async function deleteSession(database: Database, accountId: string, id: string): Promise<boolean> {
  await emptyOwner(database, accountId, { role: "session", id });
  const gone = await againOnDeadlock(() => deleteSessionRow(database, { id, accountId }));
  return gone.length > 0;
}

/**
 * Sets the title where its present source ranks no higher than the new one. Gives whether it was set.
 *
 * `moves`: whether the session moves to the front of the list. `branchId`: only while it has
 * this branch.
 */
export async function setTitle(
  database: Database,
  accountId: string,
  id: string,
  title: string,
  source: TitleSource,
  moves: boolean,
  branchId: string | null = null,
): Promise<boolean> {
  const set = await setTitleRow(database, { id, accountId, title, source, moves, branchId });
  return set.length > 0;
}

/** Sets flags of a session, those that are given. Gives whether there is one. */
export async function setFlags(
  database: Database,
  accountId: string,
  id: string,
  {
    pinned,
    archived,
    metadata,
  }: { readonly pinned?: boolean; readonly archived?: boolean; readonly metadata?: unknown },
): Promise<boolean> {
  const data = { pinned, archived, metadata: jsonInput(metadata) };
  const { count } = await database.prisma.session.updateMany({ where: { id, accountId }, data });
  return count > 0;
}

/** Adds a summary of the line of a branch up to a position. */
export async function insertSummary(
  database: Database,
  summary: {
    readonly id: string;
    readonly sessionId: string;
    readonly branchId: string;
    readonly uptoPosition: number;
    readonly text: string;
    /** Whether prompts hold it instead of the messages up to there. */
    readonly replaces: boolean;
  },
): Promise<void> {
  await insertSummaryRow(database, summary);
}

/** Sets all settings of a session of the account and moves it to the front. Gives whether there is one. */
export async function setSettings(
  database: Database,
  accountId: string,
  id: string,
  settings: SessionSettings,
): Promise<boolean> {
  const set = await setSettingsRow(database, { ...settings, id, accountId });
  return set.length > 0;
}

/**
 * Sets the settings of a session of the account to what `change` makes of them, and moves it to the front. Until that
 * is written nobody else changes them. Gives whether there is one. Throws what `change` throws, and then nothing is
 * changed.
 */
export async function changeSettings(
  database: Database,
  accountId: string,
  id: string,
  change: (now: SessionSettings) => SessionSettings,
): Promise<boolean> {
  return inTransaction(database, async (connection) => {
    const [now] = await holdSettings(connection, { id, accountId });
    if (!now) return false;
    await setSettingsRow(connection, { ...change(now), id, accountId });
    return true;
  });
}

/** Takes every agent but one out of a session. */
export async function keepOneAgent(database: Database, sessionId: string, agentId: string): Promise<void> {
  await keepOneAgentRow(database, { sessionId, agentId });
}

/** Adds agents and users behind those that a session has, in the order given. They must be the account's own. */
export async function addParticipants(
  database: Database,
  sessionId: string,
  participants: { readonly agentIds: readonly string[]; readonly userIds: readonly string[] },
): Promise<void> {
  await addParticipantRows(database, { sessionId, ...participants });
}

/**
 * Gives a session of the account a new, empty branch, and deletes all its others with their messages, summaries and
 * turns. Gives whether there is one.
 *
 * A turn that runs meanwhile loses its row, and ends as one of a deleted session does.
 */
export async function clearHistory(
  database: Database,
  accountId: string,
  id: string,
  branchId: string,
): Promise<boolean> {
  const cleared = await againOnDeadlock(() => clearHistoryRows(database, { id, accountId, branchId }));
  return cleared.length > 0;
}
