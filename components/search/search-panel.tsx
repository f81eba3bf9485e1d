"use client";

import { useRouter } from "next/navigation";
import { useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { rowsOf, type SearchRow } from "./rows";
import { SearchField } from "./search-field";
import { closeSearch, searchArchived, useSearchState } from "./search-panel-state";
import { SearchResults } from "./search-results";
import { useSearch } from "./use-search";
import { wantTurn } from "./wanted-turn";

type SearchPanelProps = {
  /** Where the field stands, above what else the sidebar has. */
  readonly fieldAt: HTMLElement | null;
  /** Something was chosen: a sheet closes. */
  readonly onChoose: () => void;
  /** Whether it is a sheet, which covers what was chosen. */
  readonly isSheet: boolean;
};

/** The search in the sidebar: its field, and what was found in place of the sessions. */
export default function SearchPanel({ fieldAt, onChoose, isSheet }: SearchPanelProps) {
  const router = useRouter();
  const id = useId();
  const { text, withArchived } = useSearchState();
  const searching = useSearch({ text, sessionId: null, withArchived });
  const rows = searching.answer ? rowsOf(searching.answer) : [];
  // The first is the one that Enter opens, until somebody moves.
  const [moved, setMoved] = useState<{ readonly to: number; readonly in: unknown }>({ to: 0, in: null });
  const active = moved.in === searching.answer ? moved.to : 0;
  const list = useRef<HTMLDivElement>(null);
  const rowId = (n: number) => `${id}-${n}`;

  const activeKey = rows[active]?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is the active one.
  useLayoutEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [activeKey]);

  function move(step: number) {
    if (rows.length > 0) setMoved({ to: (active + step + rows.length) % rows.length, in: searching.answer });
  }

  function open(row: SearchRow | undefined) {
    if (!row) return;
    wantTurn(row.wanted);
    router.push(`/s/${row.sessionId}`);
    if (isSheet) closeSearch(false);
    onChoose();
  }

  return (
    <>
      {fieldAt &&
        createPortal(
          <SearchField
            listId={id}
            activeId={rows.length > 0 ? rowId(active) : undefined}
            isSearching={searching.state === "searching"}
            onMove={move}
            onOpen={() => open(rows[active])}
            onClose={() => closeSearch()}
          />,
          fieldAt,
        )}
      <SearchResults
        ref={list}
        listId={id}
        rowId={rowId}
        searching={searching}
        rows={rows}
        active={active}
        withArchived={withArchived}
        onArchived={searchArchived}
        onOpen={open}
      />
    </>
  );
}
