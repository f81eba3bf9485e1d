import type { SearchAnswer, SearchedSession, SearchHit } from "@/lib/dialects/web/index.ts";
import { markedWords } from "./marked";
import type { WantedTurn } from "./wanted-turn";

/** One thing that was found and can be opened: a message, or a session by its title. */
export type SearchRow = {
  readonly key: string;
  readonly sessionId: string;
  readonly session: SearchedSession;
  /** Null: the session was found by its title. */
  readonly hit: SearchHit | null;
  /** Where it is opened; null: at its end. */
  readonly wanted: WantedTurn | null;
};

/** What was found in the order in which it is shown. */
export const rowsOf = ({ sessions }: SearchAnswer): readonly SearchRow[] =>
  sessions.flatMap((session): SearchRow[] => {
    const { session_id: sessionId, hits } = session;
    if (hits.length === 0) return [{ key: sessionId, sessionId, session, hit: null, wanted: null }];
    return hits.map((hit) => ({
      key: hit.message_id,
      sessionId,
      session,
      hit,
      wanted: { sessionId, ...turnOf(hit) },
    }));
  });

/** The turn of a message that was found, and what is marked in it. */
export const turnOf = ({ turn_id, place, text, marks, role }: SearchHit): Omit<WantedTurn, "sessionId"> => ({
  id: turn_id,
  place,
  found: { words: markedWords(text, marks), isQuestion: role === "user" },
});
