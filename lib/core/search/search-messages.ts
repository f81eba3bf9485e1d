import { type Found, readSaid, type Said, searchSaid } from "../../db/message-words.ts";
import { ChatError } from "../../domain/errors.ts";
import { inStretches } from "../long-work.ts";
import type { Scope } from "../scope.ts";
import { getSession } from "../sessions.ts";
import { addOwnWords } from "./add-words.ts";
import { marked, type Snippet, snippetOf } from "./snippet.ts";
import { patternOf, wantedIn } from "./wanted.ts";

/** So much is found at the most: messages, and titles. */
const MOST_HITS = 200;
/** So many texts are read at once. */
const TEXTS = 25;

export type SearchAsked = {
  readonly text: string;
  /** Null: all sessions of the account. */
  readonly sessionId: string | null;
  readonly withArchived: boolean;
};

/** A message that was found, and the turn that it belongs to: the id of its question, and where that stands. */
export type Hit = Omit<Said, "text"> & { readonly snippet: Snippet };

export type FoundSession = {
  readonly id: string;
  /** Null: it has none yet. */
  readonly title: Snippet | null;
  readonly updatedAt: Date;
  readonly archived: boolean;
  /** In the order of its line; none where its title alone was found. */
  readonly hits: readonly Hit[];
};

export type SearchResult = {
  /** The one that changed last comes first. */
  readonly sessions: readonly FoundSession[];
  /** Whether more was found than is told. */
  readonly hasMore: boolean;
  /** Whether there are messages that cannot be found yet. */
  readonly isPartial: boolean;
};

/**
 * Finds what was said in the sessions of the account: messages on the lines that are shown whose questions and answers
 * have all words of a text, the last one as a beginning, whatever their case and accents, and sessions with such a
 * title. What a model thought, and what tools were sent and gave, is not looked into; of a very long message its first
 * 50,000 characters are.
 *
 * At most 200 messages and titles. Throws "not-found" for a session that is not the account's, "bad-request" where the
 * search took too long, and "rate-limited" where too many of the account go on.
 */
export async function searchMessages(scope: Scope, { text, ...asked }: SearchAsked): Promise<SearchResult> {
  if (asked.sessionId !== null) await getSession(scope, asked.sessionId);
  const wanted = wantedIn(text);
  if (wanted === null) return { sessions: [], hasMore: false, isPartial: false };
  const { accountId, database, longWork } = scope;
  const leave = longWork.enter(accountId);
  if (leave === null) {
    throw new ChatError("rate-limited", "Other searches of this account are still going on.", { retryAfterSeconds: 1 });
  }
  try {
    const isWhole = await addOwnWords(scope);
    const found = await searchSaid(database, { accountId, ...asked }, wanted, MOST_HITS + 1);
    if (found === null) {
      throw new ChatError("bad-request", "The search took too long and was ended. Add a word to it.");
    }
    const pattern = patternOf(wanted);
    const { groups, hasMore } = grouped(found);
    const hits = await hitsOf(scope, groups, pattern);
    const sessions = groups.map(({ title, places, ...session }) => ({
      ...session,
      title: title === null ? null : marked(title, pattern),
      hits: places.flatMap((place) => hits.get(keyOf(place)) ?? []),
    }));
    return { sessions, hasMore, isPartial: !isWhole };
  } finally {
    leave();
  }
}

type Place = { readonly branchId: string; readonly position: number };
type Group = Omit<FoundSession, "title" | "hits"> & { readonly title: string | null; readonly places: Place[] };

const keyOf = ({ branchId, position }: Place): string => `${branchId}.${position}`;

/** What was found by its sessions, the one that changed last first, 200 of all. */
function grouped({ messages, titles }: Found): { readonly groups: readonly Group[]; readonly hasMore: boolean } {
  const all = new Map<string, Group>();
  for (const session of titles) all.set(session.id, { ...session, places: [] });
  for (const { sessionId: id, branchId, position, ...session } of messages) {
    const group = all.get(id) ?? { id, ...session, places: [] };
    all.set(id, group);
    group.places.push({ branchId, position });
  }
  const sorted = [...all.values()].sort((a, b) => +b.updatedAt - +a.updatedAt || (a.id < b.id ? 1 : -1));
  const groups: Group[] = [];
  let room = MOST_HITS;
  for (const group of sorted) {
    if (room <= 0) break;
    groups.push({ ...group, places: group.places.slice(0, room) });
    room -= Math.max(1, group.places.length);
  }
  return { groups, hasMore: room < 0 || groups.length < sorted.length };
}

async function hitsOf(scope: Scope, groups: readonly Group[], pattern: RegExp): Promise<ReadonlyMap<string, Hit>> {
  const { database, accountId, longWork } = scope;
  const places = groups.flatMap((group) => group.places);
  const hits = new Map<string, Hit>();
  for (let from = 0; from < places.length; from += TEXTS) {
    const said = await readSaid(database, accountId, places.slice(from, from + TEXTS));
    await inStretches(longWork, accountId, said, ({ text, ...one }) => {
      hits.set(keyOf(one), { ...one, snippet: snippetOf(text, pattern) });
    });
  }
  return hits;
}
