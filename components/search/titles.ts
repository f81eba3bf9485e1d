import type { SearchAnswer } from "@/lib/dialects/web/index.ts";
import { type ListedSession, titleOf } from "../sidebar/session-store";

const MOST = 200;

type Mark = readonly [from: number, to: number];

/** The sessions that a page knows whose titles have all words of a text: what can be found without the server. */
export function titlesWith(
  text: string,
  sessions: readonly ListedSession[],
  { withArchived }: { readonly withArchived: boolean },
): SearchAnswer {
  const words = text.toLowerCase().replaceAll(/["“”]/gu, " ").split(/\s+/u).filter(Boolean);
  const found = sessions.flatMap((session) => {
    const title = titleOf(session);
    const marks = marksOf(title, words);
    if (marks === null || (session.archived && !withArchived)) return [];
    return [
      {
        session_id: session.session_id,
        title,
        title_marks: marks,
        updated_at: session.last_updated_at,
        archived: session.archived === true,
        hits: [],
      },
    ];
  });
  return { sessions: found.slice(0, MOST), has_more: found.length > MOST, is_partial: false };
}

/** Where each word stands first, in order and apart; null: one stands nowhere. */
function marksOf(title: string, words: readonly string[]): readonly Mark[] | null {
  const lower = title.toLowerCase();
  const places = words.map((word): Mark => [lower.indexOf(word), lower.indexOf(word) + word.length]);
  if (places.length === 0 || places.some(([from]) => from === -1)) return null;
  // Where lower case has another length, places would not fit.
  if (lower.length !== title.length) return [];
  const apart: Mark[] = [];
  for (const place of places.toSorted((a, b) => a[0] - b[0])) {
    if (place[0] >= (apart.at(-1)?.[1] ?? 0)) apart.push(place);
  }
  return apart;
}
