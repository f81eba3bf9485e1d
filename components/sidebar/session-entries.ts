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

/** The keys of these entries on a row of the sidebar. */
const ROW_KEYS: Readonly<Record<string, string>> = {
  Rename: KEYS.rename,
  Pin: KEYS.pin,
  Unpin: KEYS.pin,
  Archive: KEYS.archive,
  Unarchive: KEYS.archive,
  Delete: KEYS.remove,
};

/** What the menu of a session offers, from its row and from its head. `between`: what stands behind Rename. */
export function sessionEntries(
  { session_id: id, pinned, archived }: ListedSession,
  acts: Acts,
  between: readonly MenuEntry[] = [],
): readonly MenuEntry[] {
  const pin: MenuEntry = pinned
    ? { label: "Unpin", icon: PinOff, onSelect: () => acts.setPinned(false) }
    : { label: "Pin", icon: Pin, onSelect: () => acts.setPinned(true) };
  return [
    { label: "Rename", icon: Pencil, onSelect: acts.rename },
    ...between,
    // What is archived stands in a list without pins.
    ...(archived ? [] : [pin]),
    archived
      ? { label: "Unarchive", icon: ArchiveRestore, onSelect: () => acts.setArchived(false) }
      : { label: "Archive", icon: Archive, onSelect: () => acts.setArchived(true) },
    { label: "Export as Markdown", icon: FileText, onSelect: () => exportSession(id, "markdown") },
    { label: "Export as JSON", icon: Braces, onSelect: () => exportSession(id, "json") },
    { label: "Delete", icon: Trash2, isDanger: true, onSelect: acts.remove },
  ];
}

/** Entries with the keys that do the same on a row. */
export const withRowKeys = (entries: readonly MenuEntry[]): readonly MenuEntry[] =>
  entries.map((entry) => ({ ...entry, keys: ROW_KEYS[entry.label] }));
