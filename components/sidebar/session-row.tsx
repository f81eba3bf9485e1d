"use client";

import { CircleAlert, Pin } from "lucide";
import { type KeyboardEvent, memo, useRef, useState } from "react";
import { WorkingDash } from "../ui/dash";
import { Icon } from "../ui/icon";
import { isLetterOff } from "../ui/letters";
import { MenuButton } from "../ui/menu-button";
import { PageLink, useIsComing } from "../ui/page-link";
import { refocus } from "../ui/refocus";
import { RenameField } from "./rename-field";
import type { SessionActions } from "./session-actions";
import { type ListedSession, titleOf } from "./session-store";

type SessionRowProps = {
  readonly session: ListedSession;
  readonly isCurrent: boolean;
  readonly actions: SessionActions;
  readonly onChoose: () => void;
};

export const SessionRow = memo(function SessionRow({ session, isCurrent, actions, onChoose }: SessionRowProps) {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const id = session.session_id;
  const title = titleOf(session);

  function finish(next: string | null) {
    setRenaming(false);
    if (next !== null) actions.rename(id, next);
    // Who has ended it by a press elsewhere is there by now.
    refocus(() => link.current);
  }

  /**
   * The row goes, and what has the focus with it: the same of the row beside takes it, or what is there instead of this
   * session.
   */
  function leave(part: Part, act: () => void, isGone: boolean) {
    const row = link.current?.closest("li");
    const all = rows();
    const at = row ? all.indexOf(row) : -1;
    const next = all[at + 1] ?? all[at - 1];
    act();
    if (!isCurrent || !isGone) refocus(() => next?.querySelector<HTMLElement>(part));
  }

  const remove = (part: Part) => leave(part, () => actions.remove(id), true);
  const setArchived = (archived: boolean, part: Part) => leave(part, () => actions.setArchived(id, archived), false);

  /** The row is drawn anew where it belongs now. */
  function setPinned(pinned: boolean, part: Part) {
    actions.setPinned(id, pinned);
    refocus(
      () =>
        rows().flatMap((row) => (row.dataset.session === id ? (row.querySelector<HTMLElement>(part) ?? []) : []))[0],
    );
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || isLetterOff(event)) return;
    if (event.key === "F2") setRenaming(true);
    else if ((event.key === "p" || event.key === "P") && !session.archived) setPinned(!session.pinned, LINK);
    else if (event.key === "a" || event.key === "A") setArchived(!session.archived, LINK);
    else if (event.key === "Delete" || event.key === "Backspace") remove(LINK);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") moveFocus(link.current, event.key === "ArrowDown");
    else return;
    event.preventDefault();
  }

  if (renaming) {
    return (
      <li className="session-row">
        <RenameField title={title} className="session-rename" onFinish={finish} />
      </li>
    );
  }
  return (
    <li className="session-row" data-session={id} data-current={isCurrent || undefined}>
      <PageLink
        ref={link}
        href={`/s/${id}`}
        className="session-link"
        aria-current={isCurrent ? "page" : undefined}
        onClick={onChoose}
        onKeyDown={onKeyDown}
      >
        <span className="session-line">
          <span className="session-title">
            <bdi>{title}</bdi>
          </span>
          <RowEnd session={session} />
        </span>
        {isCurrent && session.summary && (
          <span className="session-summary">
            <bdi>{session.summary.text}</bdi> Covers {session.summary.covers.join("–")}.
          </span>
        )}
      </PageLink>
      <MenuButton
        label={`Actions for ${title}`}
        className="session-menu"
        entries={async () => {
          const { sessionEntries } = await import("./session-entries");
          return sessionEntries(session, {
            rename: () => setRenaming(true),
            setPinned: (pinned) => setPinned(pinned, MENU),
            setArchived: (archived) => setArchived(archived, MENU),
            remove: () => remove(MENU),
          });
        }}
      />
    </li>
  );
});

function RowEnd({ session }: { session: ListedSession }) {
  const pending = useIsComing();
  if (pending || session.running_run_id) {
    return (
      <span className={pending ? "session-end hairlines" : "session-end"}>
        <WorkingDash />
        <span className="sr-only">{pending ? ", loading" : ", working"}</span>
      </span>
    );
  }
  if (session.job_metadata?.is_error && session.job_metadata.error !== "cancelled") {
    return (
      <span className="session-end" data-failed>
        <Icon of={CircleAlert} size={16} />
        <span className="sr-only">, failed</span>
      </span>
    );
  }
  if (session.pinned) {
    return (
      <span className="session-end">
        <Icon of={Pin} size={15} />
        <span className="sr-only">, pinned</span>
      </span>
    );
  }
  return null;
}

/** The parts of a row that take the focus. */
const LINK = ".session-link";
const MENU = ".session-menu";
type Part = typeof LINK | typeof MENU;

const rows = () => [...document.querySelectorAll<HTMLElement>(".sidebar .session-row")];

function moveFocus(from: HTMLElement | null, down: boolean): void {
  const links = [...document.querySelectorAll<HTMLElement>(`.sidebar ${LINK}`)];
  if (from) links[links.indexOf(from) + (down ? 1 : -1)]?.focus();
}
