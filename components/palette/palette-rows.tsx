import { Command } from "cmdk";
import { MessageSquareText, Search } from "lucide";
import { titleOf } from "../sidebar/session-store";
import { formatDay } from "../time";
import { Icon, type IconShape } from "../ui/icon";
import { Keys } from "../ui/keys";
import type { PaletteCommand } from "./commands";
import { type CommandGroup, markedPieces } from "./found";
import type { FoundSessions } from "./use-found-sessions";

/** Before the id of a session in the name of its row. */
export const SESSION = "session:";

type CommandRowsProps = {
  readonly groups: readonly CommandGroup[];
  readonly query: string;
  readonly onTake: (command: PaletteCommand) => void;
};

export function CommandRows({ groups, query, onTake }: CommandRowsProps) {
  return groups.map(({ title, items }) => (
    <Command.Group key={title} heading={title}>
      {items.map((command) => (
        <Row
          key={command.id}
          id={command.id}
          icon={command.icon}
          text={command.label}
          query={query}
          keys={command.keys}
          isDanger={command.isDanger}
          onTake={() => onTake(command)}
        />
      ))}
    </Command.Group>
  ));
}

type SessionRowsProps = {
  readonly sessions: FoundSessions;
  readonly query: string;
  readonly onOpen: (id: string) => void;
};

export function SessionRows({ sessions: { items, hasMore, more }, query, onOpen }: SessionRowsProps) {
  if (items.length === 0) return null;
  return (
    <Command.Group heading="Sessions">
      {items.map((session) => (
        <Row
          key={session.session_id}
          id={`${SESSION}${session.session_id}`}
          icon={MessageSquareText}
          text={titleOf(session)}
          query={query}
          note={`${session.archived ? "archived, " : ""}${formatDay(session.last_updated_at)}`}
          onTake={() => onOpen(session.session_id)}
        />
      ))}
      {hasMore && <Row id="more" text="More sessions" query="" onTake={more} />}
    </Command.Group>
  );
}

type SearchRowProps = { readonly query: string; readonly onSearch: (text: string) => void };

/** Goes on in the search of messages with what was written. */
export function SearchRow({ query, onSearch }: SearchRowProps) {
  const text = query.trim();
  if (text === "") return null;
  const words = `Search all messages for “${text}”`;
  return (
    <Command.Group>
      <Row id="search" icon={Search} text={words} query="" onTake={() => onSearch(text)} />
    </Command.Group>
  );
}

type RowProps = {
  readonly id: string;
  readonly icon?: IconShape;
  readonly text: string;
  /** What of the text was looked for is set bold. */
  readonly query: string;
  readonly note?: string;
  readonly keys?: string;
  readonly isDanger?: boolean;
  readonly onTake: () => void;
};

function Row({ id, icon, text, query, note, keys, isDanger, onTake }: RowProps) {
  return (
    <Command.Item value={id} className="palette-row" data-danger={isDanger || undefined} onSelect={onTake}>
      <span className="palette-icon">{icon && <Icon of={icon} size={16} />}</span>
      <span className="palette-text">
        <bdi>
          {markedPieces(text, query).map(({ key, text: piece, isMarked }) =>
            isMarked ? <b key={key}>{piece}</b> : piece,
          )}
        </bdi>
      </span>
      {note !== undefined && <span className="palette-row-note">{note}</span>}
      {keys !== undefined && <Keys keys={keys} />}
    </Command.Item>
  );
}
