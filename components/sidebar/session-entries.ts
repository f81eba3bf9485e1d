import { Archive, ArchiveRestore, Braces, FileText, Pencil, Pin, PinOff, Trash2 } from "lucide";
import { KEYS } from "../ui/key-names";
import type { MenuEntry } from "../ui/menu-entry";
import { exportSession } from "./export-session";
import type { ListedSession } from "./session-store";

/** What can be done to a session, by a name that stays. */
export type SessionEntry = MenuEntry & {
  readonly id: "rename" | "pin" | "archive" | "markdown" | "json" | "delete";
};

export type SessionActs = {
  readonly rename: () => void;
  readonly setPinned: (pinned: boolean) => void;
  readonly setArchived: (archived: boolean) => void;
  readonly remove: () => void;
};

/** What can be done to a session from its row, its head and the palette, with the keys that do the same on a row. */
export function sessionEntries(
  { session_id: id, pinned, archived }: ListedSession,
  acts: SessionActs,
): readonly SessionEntry[] {
  const pin: SessionEntry = pinned
    ? { id: "pin", label: "Unpin", icon: PinOff, keys: KEYS.pin, onSelect: () => acts.setPinned(false) }
    : { id: "pin", label: "Pin", icon: Pin, keys: KEYS.pin, onSelect: () => acts.setPinned(true) };
  return [
    { id: "rename", label: "Rename", icon: Pencil, keys: KEYS.rename, onSelect: acts.rename },
    // What is archived stands in a list without pins.
    ...(archived ? [] : [pin]),
    archived
      ? {
          id: "archive",
          label: "Unarchive",
          icon: ArchiveRestore,
          keys: KEYS.archive,
          onSelect: () => acts.setArchived(false),
        }
      : {
          id: "archive",
          label: "Archive",
          icon: Archive,
          keys: KEYS.archive,
          onSelect: () => acts.setArchived(true),
        },
    { id: "markdown", label: "Export as Markdown", icon: FileText, onSelect: () => exportSession(id, "markdown") },
    { id: "json", label: "Export as JSON", icon: Braces, onSelect: () => exportSession(id, "json") },
    { id: "delete", label: "Delete", icon: Trash2, keys: KEYS.remove, isDanger: true, onSelect: acts.remove },
  ];
}
