"use client";

import { Archive, ArchiveRestore, Braces, FileText, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { askFor } from "../frame/asked";
import { exportSession } from "../sidebar/export-session";
import { useSessionActions } from "../sidebar/session-actions";
import type { ListedSession } from "../sidebar/session-store";
import type { PaletteCommand } from "./commands";

const group = "This session" as const;

/** What can be done to the session that is shown; nothing where there is none. */
export function useSessionCommands(session: ListedSession | null): readonly PaletteCommand[] {
  const { setPinned, setArchived, remove } = useSessionActions();
  if (session === null) return [];
  const { session_id: id, pinned = false, archived = false } = session;
  return [
    { id: "rename", group, label: "Rename the session", words: "title", icon: Pencil, run: () => askFor("rename") },
    ...(archived ? [] : [pinCommand(pinned, () => setPinned(id, !pinned))]),
    {
      id: "archive",
      group,
      label: archived ? "Unarchive the session" : "Archive the session",
      icon: archived ? ArchiveRestore : Archive,
      run: () => setArchived(id, !archived),
    },
    {
      id: "markdown",
      group,
      label: "Export as Markdown",
      words: "download save",
      icon: FileText,
      run: () => exportSession(id, "markdown"),
    },
    {
      id: "json",
      group,
      label: "Export as JSON",
      words: "download save",
      icon: Braces,
      run: () => exportSession(id, "json"),
    },
    {
      id: "delete",
      group,
      label: "Delete the session",
      words: "remove",
      icon: Trash2,
      isDanger: true,
      run: () => remove(id),
    },
  ];
}

const pinCommand = (isPinned: boolean, run: () => void): PaletteCommand => ({
  id: "pin",
  group,
  label: isPinned ? "Unpin the session" : "Pin the session",
  icon: isPinned ? PinOff : Pin,
  run,
});
