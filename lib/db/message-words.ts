import type { Database } from "./database.ts";
import { inTime } from "./in-time.ts";
import { addWordsRows, readSaidRows, searchMessageRows, searchTitleRows } from "./sql/message-words.ts";

/**
 * One statement gives messages of so many branches their words: so many of each, of so many bytes as they are stored.
 */
const BRANCHES = 16;
const MESSAGES = 200;
const BYTES = 24 * 1024;
/** Titles of so many sessions are looked at, the latest ones. */
const LATEST_TITLES = 10_000;

/**
 * What is looked for: words by the parser of texts, and conditions of text search as they are. All of it must be there.
 */
export type Wanted = {
  readonly words: readonly string[];
  /** Whether the last word is the beginning of one. */
  readonly isBegun: boolean;
  readonly exact: readonly string[];
};

export type SearchScope = {
  readonly accountId: string;
  /** Null: all sessions of the account. */
  readonly sessionId: string | null;
  readonly withArchived: boolean;
};

type FoundSession = { readonly title: string | null; readonly updatedAt: Date; readonly archived: boolean };
export type FoundTitle = FoundSession & { readonly id: string };
export type FoundMessage = FoundSession & {
  readonly sessionId: string;
  readonly branchId: string;
  readonly position: number;
};
export type Found = { readonly messages: readonly FoundMessage[]; readonly titles: readonly FoundTitle[] };

/**
 * Gives some messages that have none yet their words: of an account, or of everybody (null). False: none are
 * missing any more, but for those that somebody else is just giving theirs.
 */
export async function addWords(database: Database, accountId: string | null): Promise<boolean> {
  const limits = { branches: BRANCHES, messages: MESSAGES, bytes: BYTES };
  const found = await addWordsRows(database, { accountId, ...limits });
  const [first] = found;
  if (!first) return false;
  return first.branches === BRANCHES || first.branches > found.filter(({ isWhole }) => isWhole).length;
}

/**
 * Messages on the lines that are shown, and titles, that have all that is wanted, at most `limit` of each: the latest
 * session first, its messages in their order. Null: it took too long and was ended.
 */
export async function searchSaid(
  database: Database,
  scope: SearchScope,
  { words, isBegun, exact }: Wanted,
  limit: number,
): Promise<Found | null> {
  const quoted = words.map((word, n) => `'${word}'${isBegun && n === words.length - 1 ? ":*" : ""}`).join(" & ");
  const marker = `'@${scope.sessionId ?? scope.accountId}'`;
  const patterns = [...words, ...exact.flatMap(lexemesOf)].map((word) => `%${word}%`);
  const asked = { ...scope, words: quoted, limit };
  return inTime(database, async (connection) => ({
    messages: await searchMessageRows(connection, {
      ...asked,
      exact: [marker, ...exact].join(" & "),
      isExact: exact.length > 0,
    }),
    titles:
      scope.sessionId === null
        ? await searchTitleRows(connection, { ...asked, exact: exact.join(" & "), patterns, latest: LATEST_TITLES })
        : [],
  }));
}

/** What stands in quotation marks in a condition. */
export const lexemesOf = (condition: string): string[] =>
  Array.from(condition.matchAll(/'([^']+)'/gu), ([, lexeme = ""]) => lexeme);

/** A message that was found. */
export type Said = {
  readonly id: string;
  readonly branchId: string;
  readonly position: number;
  readonly role: string;
  readonly createdAt: Date;
  readonly text: string;
  /** The turn that it belongs to: the id of its question, and where that stands on the line that is shown. */
  readonly lineId: string;
  readonly turnId: string;
  readonly turnPosition: number;
};

/** Messages of an account by their places, in their order; those that are gone meanwhile are left out. */
export const readSaid = (
  database: Database,
  accountId: string,
  places: readonly { readonly branchId: string; readonly position: number }[],
): Promise<Said[]> =>
  readSaidRows(database, {
    accountId,
    branchIds: places.map(({ branchId }) => branchId),
    positions: places.map(({ position }) => position),
  });
