import { z } from "zod";
import type { FoundSession, SearchResult } from "../../core/search/search-messages.ts";
import { text } from "../bounds.ts";

/** What is searched for: in one session, or in all; in archived ones only where that is asked for. */
export const SearchBody = z.object({
  query: text(200),
  session_id: z.guid().nullish(),
  archived: z.boolean().default(false),
});

/** A stretch of a text that is to be marked: from a UTF-16 unit to before another. */
type Mark = readonly [from: number, to: number];

export type SearchHit = {
  readonly message_id: string;
  readonly role: string;
  readonly created_at: string;
  readonly text: string;
  readonly marks: readonly Mark[];
  /** The question of its turn, and where the turns from it on are asked for. */
  readonly turn_id: string;
  readonly place: string;
};

export type SearchedSession = {
  readonly session_id: string;
  readonly title: string | null;
  readonly title_marks: readonly Mark[];
  readonly updated_at: string;
  readonly archived: boolean;
  readonly hits: readonly SearchHit[];
};

/** What was found: the session that changed last first, its messages in their order. */
export type SearchAnswer = {
  readonly sessions: readonly SearchedSession[];
  /** Only the first of what was found are told. */
  readonly has_more: boolean;
  /** Some messages can only be found later. */
  readonly is_partial: boolean;
};

export const encodeSearch = ({ sessions, hasMore, isPartial }: SearchResult): SearchAnswer => ({
  sessions: sessions.map(encodeSession),
  has_more: hasMore,
  is_partial: isPartial,
});

const encodeSession = ({ id, title, updatedAt, archived, hits }: FoundSession): SearchedSession => ({
  session_id: id,
  title: title?.text ?? null,
  title_marks: title?.marks ?? [],
  updated_at: updatedAt.toISOString(),
  archived,
  hits: hits.map((hit) => ({
    message_id: hit.id,
    role: hit.role,
    created_at: hit.createdAt.toISOString(),
    text: hit.snippet.text,
    marks: hit.snippet.marks,
    turn_id: hit.turnId,
    place: `${hit.lineId}.${hit.turnPosition}`,
  })),
});
