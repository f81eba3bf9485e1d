import type { SearchHit } from "@/lib/dialects/web/index.ts";

/** The message that is shown, and the words that it was found by. */
export type ShownHit = { readonly id: string; readonly answered: string };

/**
 * Where the message that is shown stands in another answer to the same words, which then need not be shown anew; null:
 * other words were asked for, or it is in it no more.
 */
export function placeAgain(
  hits: readonly Pick<SearchHit, "message_id">[],
  shown: ShownHit | null,
  answered: string,
): number | null {
  if (shown === null || shown.answered !== answered) return null;
  const at = hits.findIndex(({ message_id }) => message_id === shown.id);
  return at === -1 ? null : at;
}
