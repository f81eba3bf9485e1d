"use client";

import type { Ref } from "react";
import { formatNumber } from "../numbers";
import { Marked } from "./marked";
import type { SearchRow } from "./rows";
import { shortTime } from "./short-time";
import type { Searching } from "./use-search";

type SearchResultsProps = {
  readonly ref: Ref<HTMLDivElement>;
  readonly listId: string;
  readonly rowId: (row: number) => string;
  readonly searching: Searching;
  readonly rows: readonly SearchRow[];
  /** The row that Enter opens. */
  readonly active: number;
  readonly withArchived: boolean;
  readonly onArchived: () => void;
  readonly onOpen: (row: SearchRow) => void;
};

/** What was found, grouped by session, and what to do where that is nothing. */
export function SearchResults(props: SearchResultsProps) {
  const { ref, listId, rowId, searching, rows, active, onOpen } = props;
  const nowMs = Date.now();
  return (
    <div className="search-results">
      <Said {...props} />
      <div ref={ref} id={listId} role="listbox" aria-label="What was found">
        {groupsOf(rows).map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of a list is no group of fields.
          <div key={group.id} role="group" className="search-group" aria-labelledby={`${listId}-${group.id}`}>
            <div className="search-title">
              <span id={`${listId}-${group.id}`} className="search-name">
                <Marked text={group.session.title ?? "New session"} marks={group.session.title_marks} />
              </span>
              {group.session.archived && <span className="search-archived">Archived</span>}
              <time dateTime={group.session.updated_at}>{shortTime(group.session.updated_at, nowMs)}</time>
            </div>
            {group.rows.map(({ row, n }) => (
              <a
                key={row.key}
                id={rowId(n)}
                role="option"
                aria-selected={n === active}
                tabIndex={-1}
                className="search-row"
                href={`/s/${row.sessionId}`}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  onOpen(row);
                }}
              >
                {row.hit ? <Marked text={row.hit.text} marks={row.hit.marks} /> : "Open the session"}
              </a>
            ))}
          </div>
        ))}
      </div>
      {rows.length > 0 && searching.state !== "failed" && <Archived {...props} />}
    </div>
  );
}

function groupsOf(rows: readonly SearchRow[]) {
  const groups: { id: string; session: SearchRow["session"]; rows: { row: SearchRow; n: number }[] }[] = [];
  for (const [n, row] of rows.entries()) {
    const last = groups.at(-1);
    if (last?.id === row.sessionId) last.rows.push({ row, n });
    else groups.push({ id: row.sessionId, session: row.session, rows: [{ row, n }] });
  }
  return groups;
}

/** One line on how the search stands. */
function Said(props: SearchResultsProps) {
  const { searching, rows } = props;
  const { answer, answered, state } = searching;
  if (state === "failed") {
    return (
      <p className="search-said" role="alert">
        Search failed.{" "}
        <button type="button" className="small-action" onClick={searching.again}>
          Try again
        </button>
      </p>
    );
  }
  if (state === "offline") return <OfflineSaid answered={answered} count={rows.length} />;
  if (answer === null) {
    return (
      <p className="search-said" role="status">
        {state === "searching" ? "Searching" : "Finds words of questions, answers and titles, and “phrases in quotes”."}
      </p>
    );
  }
  if (rows.length === 0) {
    return (
      <div className="search-said">
        <p role="status">
          Nothing for “<bdi>{answered}</bdi>”.{answer.is_partial && " Some messages cannot be found yet."}
        </p>
        <Archived {...props} />
      </div>
    );
  }
  return (
    <p className="search-said" role="status">
      <span>{answer.has_more ? "First 200 hits. Add a word" : countOf(rows)}</span>
      {answer.is_partial && <span>Some messages cannot be found yet</span>}
      <span className="search-keys" aria-hidden="true">
        ↑ ↓ to move, ↵ to open
      </span>
    </p>
  );
}

function OfflineSaid({ answered, count }: { readonly answered: string; readonly count: number }) {
  return (
    <p className="search-said" role="status">
      <span>
        {count === 0 && (
          <>
            No title with “<bdi>{answered}</bdi>”.{" "}
          </>
        )}
        Offline: titles only. Messages are searched when you are back.
      </span>
    </p>
  );
}

function Archived({ withArchived, onArchived }: SearchResultsProps) {
  if (withArchived) return null;
  return (
    <button type="button" className="small-action" onClick={onArchived}>
      Search archived too
    </button>
  );
}

function countOf(rows: readonly SearchRow[]): string {
  const [hits, sessions] = [rows.filter(({ hit }) => hit).length, new Set(rows.map(({ sessionId }) => sessionId)).size];
  const inSessions = `${formatNumber(sessions)} ${sessions === 1 ? "session" : "sessions"}`;
  return hits === 0 ? inSessions : `${formatNumber(hits)} ${hits === 1 ? "message" : "messages"} in ${inSessions}`;
}
