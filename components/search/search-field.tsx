"use client";

import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Dash, WorkingDash } from "../ui/dash";
import { IconButton } from "../ui/icon-button";
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
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: who opens it once more is to have the focus in it.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [opened]);

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
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Search all messages"
        aria-expanded={activeId !== undefined}
        aria-controls={listId}
        aria-activedescendant={activeId}
        aria-autocomplete="list"
        placeholder="Search"
        value={text}
        maxLength={200}
        dir="auto"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => writeSearch(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <IconButton icon={X} label="Close the search" onClick={onClose} />
    </search>
  );
}
