"use client";

import { askFor } from "../frame/asked";
import { useSessionActions } from "../sidebar/session-actions";
import { type SessionEntry, sessionEntries } from "../sidebar/session-entries";
import type { ListedSession } from "../sidebar/session-store";
import type { PaletteCommand } from "./commands";

/** Other words that find what a session's menu offers. */
const WORDS: Partial<Record<SessionEntry["id"], string>> = {
  rename: "title",
  markdown: "download save",
  json: "download save",
  delete: "remove",
};

/** What can be done to the session that is shown; nothing where there is none. */
export function useSessionCommands(session: ListedSession | null): readonly PaletteCommand[] {
  const { setPinned, setArchived, remove } = useSessionActions();
  if (session === null) return [];
  const { session_id: id } = session;
  const entries = sessionEntries(session, {
    rename: () => askFor("rename"),
    setPinned: (pinned) => setPinned(id, pinned),
    setArchived: (archived) => setArchived(id, archived),
    remove: () => remove(id),
  });
  return entries.map(({ id: name, label, icon, isDanger, onSelect }) => ({
    id: name,
    group: "This session",
    label: label.startsWith("Export") ? label : `${label} the session`,
    words: WORDS[name],
    icon,
    isDanger,
    run: onSelect,
  }));
}
