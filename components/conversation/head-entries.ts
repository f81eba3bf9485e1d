import { ScrollText, TextSearch } from "lucide";
import { askFor } from "../frame/asked";
import { type SessionActs, sessionEntries } from "../sidebar/session-entries";
import type { ListedSession } from "../sidebar/session-store";
import type { MenuEntry } from "../ui/menu-entry";

/**
 * What the head's menu offers: its own behind Rename, and no keys, which act on rows alone. `sum`: null where nothing
 * is to be.
 */
export function headEntries(session: ListedSession, acts: SessionActs, sum: (() => void) | null): readonly MenuEntry[] {
  const [rename, ...others] = sessionEntries(session, acts).map(({ keys: _, ...entry }) => entry);
  return [
    ...(rename ? [rename] : []),
    { label: "Find", icon: TextSearch, isNarrow: true, onSelect: () => askFor("find") },
    ...(sum ? [{ label: "Summarise", icon: ScrollText, onSelect: sum }] : []),
    ...others,
  ];
}
