"use client";

import { CircleAlert, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import Link, { useLinkStatus } from "next/link";
import { type KeyboardEvent, memo, useRef, useState } from "react";
import { WorkingDash } from "../ui/dash";
import { MenuButton } from "../ui/menu-button";
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
    requestAnimationFrame(() => link.current?.focus());
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "F2") setRenaming(true);
    else if (event.key === "p" || event.key === "P") actions.setPinned(id, !session.pinned);
    else if (event.key === "Delete" || event.key === "Backspace") actions.remove(id);
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
    <li className="session-row" data-current={isCurrent || undefined}>
      <Link
        ref={link}
        href={`/s/${id}`}
        prefetch={false}
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
      </Link>
      <MenuButton
        label={`Actions for ${title}`}
        className="session-menu"
        entries={[
          { label: "Rename", icon: Pencil, keys: "F2", onSelect: () => setRenaming(true) },
          session.pinned
            ? { label: "Unpin", icon: PinOff, keys: "P", onSelect: () => actions.setPinned(id, false) }
            : { label: "Pin", icon: Pin, keys: "P", onSelect: () => actions.setPinned(id, true) },
          { label: "Delete", icon: Trash2, keys: "⌫", isDanger: true, onSelect: () => actions.remove(id) },
        ]}
      />
    </li>
  );
});

function RowEnd({ session }: { session: ListedSession }) {
  const { pending } = useLinkStatus();
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
        <CircleAlert size={16} strokeWidth={1.6} aria-hidden="true" />
        <span className="sr-only">, failed</span>
      </span>
    );
  }
  if (session.pinned) {
    return (
      <span className="session-end">
        <Pin size={15} strokeWidth={1.6} aria-hidden="true" />
        <span className="sr-only">, pinned</span>
      </span>
    );
  }
  return null;
}

function moveFocus(from: HTMLElement | null, down: boolean): void {
  const links = [...document.querySelectorAll<HTMLElement>(".sidebar .session-link")];
  links[links.indexOf(from as HTMLElement) + (down ? 1 : -1)]?.focus();
}
