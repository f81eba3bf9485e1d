"use client";

import { X } from "lucide";
import type { KeyboardEvent } from "react";
import { Dash, WorkingDash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
import { SearchInput } from "./search-input";
import { useSearchState, writeSearch } from "./search-panel-state";

type SearchFieldProps = {
  /** The list of what was found, and the row in it that Enter opens. */
  readonly listId: string;
  readonly activeId: string | undefined;
  readonly isSearching: boolean;
  readonly onMove: (step: number) => void;
  readonly onOpen: () => void;
  readonly onClose: () => void;
};

/** Where one writes what is searched for; the arrow keys move in what was found. */
export function SearchField({ listId, activeId, isSearching, onMove, onOpen, onClose }: SearchFieldProps) {
  const { text, opened } = useSearchState();

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") onMove(1);
    else if (event.key === "ArrowUp") onMove(-1);
    else if (event.key === "Enter") onOpen();
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  }

  return (
    <search className="search-field">
      {isSearching ? <WorkingDash /> : <Dash />}
      <SearchInput
        role="combobox"
        aria-label="Search all messages"
        aria-expanded={activeId !== undefined}
        aria-controls={listId}
        aria-activedescendant={activeId}
        aria-autocomplete="list"
        placeholder="Search"
        text={text}
        onText={writeSearch}
        onKeyDown={onKeyDown}
        asked={opened}
      />
      <IconButton icon={X} label="Close the search" onClick={onClose} />
    </search>
  );
}
