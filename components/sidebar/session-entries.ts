import { Archive, ArchiveRestore, Braces, FileText, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { KEYS } from "../ui/key-names";
import type { MenuEntry } from "../ui/menu-button";
import { exportSession } from "./export-session";
import type { ListedSession } from "./session-store";

type Acts = {
  readonly rename: () => void;
  readonly setPinned: (pinned: boolean) => void;
  readonly setArchived: (archived: boolean) => void;
  readonly remove: () => void;
};

/**
 * What the menu of a session offers, from its row and from its head, with the keys that do the same on a row. `between`: what
 * stands behind Rename.
 */
export function sessionEntries(
  { session_id: id, pinned, archived }: ListedSession,
  acts: Acts,
  between: readonly MenuEntry[] = [],
): readonly MenuEntry[] {
  const pin: MenuEntry = pinned
    ? { label: "Unpin", icon: PinOff, keys: KEYS.pin, onSelect: () => acts.setPinned(false) }
    : { label: "Pin", icon: Pin, keys: KEYS.pin, onSelect: () => acts.setPinned(true) };
  return [
    { label: "Rename", icon: Pencil, keys: KEYS.rename, onSelect: acts.rename },
    ...between,
    // What is archived stands in a list without pins.
    ...(archived ? [] : [pin]),
    archived
      ? { label: "Unarchive", icon: ArchiveRestore, keys: KEYS.archive, onSelect: () => acts.setArchived(false) }
      : { label: "Archive", icon: Archive, keys: KEYS.archive, onSelect: () => acts.setArchived(true) },
    { label: "Export as Markdown", icon: FileText, onSelect: () => exportSession(id, "markdown") },
    { label: "Export as JSON", icon: Braces, onSelect: () => exportSession(id, "json") },
    { label: "Delete", icon: Trash2, keys: KEYS.remove, isDanger: true, onSelect: acts.remove },
  ];
}

/** Entries for a place in which their keys do nothing. */
export const withoutKeys = (entries: readonly MenuEntry[]): readonly MenuEntry[] =>
  entries.map(({ keys: _, ...entry }) => entry);
