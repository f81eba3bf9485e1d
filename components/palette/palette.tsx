"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, type SyntheticEvent, useLayoutEffect, useRef, useState } from "react";
import { openSearch } from "../search/search-panel-state";
import { Dash } from "../ui/dash";
import { isCommand } from "../ui/keys";
import type { PaletteCommand } from "./commands";
import { found, groupsFor } from "./found";
import { PaletteFoot } from "./palette-foot";
import { CommandRows, SESSION, SearchRow, SessionRows } from "./palette-rows";
import { noteRecent, readRecent } from "./recent";
import { useCommands } from "./use-commands";
import { useFoundSessions } from "./use-found-sessions";

/** All commands and all sessions, over the page; the browser gives the focus back where it was. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const router = useRouter();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState("");
  const [recent] = useState(readRecent);
  const commands = useCommands();
  const groups = groupsFor(found(commands, query), query === "" ? recent : []);
  const sessions = useFoundSessions(query);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
  }, []);

  /** Not by the event of its closing: that comes later, and would close what a key has opened anew meanwhile. */
  function close() {
    dialog.current?.close();
    onClose();
  }

  function onCancel(event: SyntheticEvent) {
    event.preventDefault();
    close();
  }

  function take({ id, run }: PaletteCommand) {
    // First the focus goes back, so that what is asked for begins where the person was.
    close();
    noteRecent(id);
    run();
  }

  function open(id: string) {
    close();
    router.push(`/s/${id}`);
  }

  function search(text: string) {
    close();
    openSearch(text);
  }

  function onKeyDown(event: KeyboardEvent) {
    // Nothing under it hears a key.
    event.stopPropagation();
    if (event.nativeEvent.isComposing || event.keyCode === 229 || !isCommand(event.nativeEvent)) return;
    if (event.code === "KeyK") close();
    else if (event.key === "Enter" && at.startsWith(SESSION)) window.open(`/s/${at.slice(SESSION.length)}`, "_blank");
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside it closes it, as Escape does.
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Commands and sessions"
      onCancel={onCancel}
      // A browser may close it without asking first.
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <Command
        className="palette-box"
        label="Find a command or a session"
        shouldFilter={false}
        vimBindings={false}
        loop
        value={at}
        onValueChange={setAt}
        onKeyDown={onKeyDown}
      >
        <div className="palette-field">
          <Dash />
          <PaletteInput query={query} onQuery={setQuery} />
        </div>
        <Command.List className="palette-list" label="Commands and sessions">
          <CommandRows groups={groups} query={query} onTake={take} />
          <SessionRows sessions={sessions} query={query} onOpen={open} />
          <SearchRow query={query} onSearch={search} />
        </Command.List>
        <PaletteNote query={query} state={sessions.state} isEmpty={groups.length + sessions.items.length === 0} />
        <PaletteFoot />
      </Command>
    </dialog>
  );
}

function PaletteInput({ query, onQuery }: { readonly query: string; readonly onQuery: (query: string) => void }) {
  return (
    <Command.Input
      className="palette-input"
      dir="auto"
      maxLength={200}
      placeholder="A command or a session"
      enterKeyHint="go"
      value={query}
      onValueChange={onQuery}
    />
  );
}

type PaletteNoteProps = {
  readonly query: string;
  /** Whether the server is being asked for sessions, or could not be. */
  readonly state: "no" | "yes" | "failed";
  readonly isEmpty: boolean;
};

function PaletteNote({ query, state, isEmpty }: PaletteNoteProps) {
  if (state === "failed") {
    return (
      <p className="palette-note" role="alert">
        Sessions could not be searched: those that are shown are of the list. Try again when you are connected.
      </p>
    );
  }
  if (!isEmpty || state === "yes") return null;
  return (
    <p className="palette-note" role="status">
      Nothing for “<bdi>{query}</bdi>”. Write a word of a title, or of what you want to do.
    </p>
  );
}
