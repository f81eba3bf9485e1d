import type { SessionPage } from "@/lib/dialects/llamacloud/answers.ts";
import type { Outline, SearchAnswer } from "@/lib/dialects/web/index.ts";
import { json, read, sessionsPath } from "../api";

/** At most so many sessions with a text in their titles, archived or not, latest change first; a page of them. */
export const findSessions = (title: string, limit: number, pageToken: string | null, signal: AbortSignal) => {
  const query = new URLSearchParams({ details: "1", all_projects: "1", page_size: String(limit), title });
  if (pageToken !== null) query.set("page_token", pageToken);
  return read<SessionPage>(`${sessionsPath}?${query}`, { signal });
};

/** A page of the questions of a session, from the first or from a place on. */
export const readOutline = (id: string, from: string | null, signal: AbortSignal) =>
  read<Outline>(`/api/app/sessions/${id}/outline${from === null ? "" : `?from=${from}`}`, { signal });

/** Messages and titles with the words of a text: of one session, or of all. */
export const searchSaid = (
  asked: { readonly text: string; readonly sessionId: string | null; readonly withArchived: boolean },
  signal: AbortSignal,
) => {
  const body = { query: asked.text, session_id: asked.sessionId, archived: asked.withArchived };
  return read<SearchAnswer>("/api/app/search", json("POST", body, signal));
};
