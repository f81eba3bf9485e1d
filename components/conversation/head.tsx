"use client";

import { TextSearch } from "lucide";
import { useRef, useState } from "react";
import { isProblem, summarise } from "../api";
import { askFor, useAsked } from "../frame/asked";
import { useShell } from "../frame/shell";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { SessionDocumentsButton } from "../knowledge/session-documents";
import type { SessionDocuments } from "../knowledge/use-session-documents";
import { RenameField } from "../sidebar/rename-field";
import { useSessionActions } from "../sidebar/session-actions";
import { type ListedSession, titleOf } from "../sidebar/session-store";
import { Wordmark } from "../sidebar/wordmark";
import { IconButton } from "../ui/icon-button";
import { KEYS } from "../ui/key-names";
import { useKeys } from "../ui/keys";
import { MenuButton } from "../ui/menu-button";
import { notify } from "../ui/notify";
import { refocus } from "../ui/refocus";
import { OutlineButton } from "./outline";

type HeadProps = {
  readonly session: ListedSession | null;
  /** The heading of a page without a session; null: it has its greeting. */
  readonly instead: string | null;
  readonly canSummarise: boolean;
  /** Shows a question of the session, by its id and its place. */
  readonly onLookAt: (id: string, place: string) => void;
  readonly documents: SessionDocuments;
};

export function Head({ session, instead, ...rest }: HeadProps) {
  if (!session) {
    return (
      <header className="conversation-head" data-bare>
        <SidebarToggle className="head-toggle" expanded={false} />
        <span className="head-wordmark" aria-hidden="true">
          <Wordmark />
        </span>
        {instead !== null && <h1 className="sr-only">{instead}</h1>}
        <div className="head-end">
          <SessionDocumentsButton documents={rest.documents} />
        </div>
      </header>
    );
  }
  return <SessionHead session={session} {...rest} />;
}

type SessionHeadProps = Omit<HeadProps, "instead"> & { readonly session: ListedSession };

function SessionHead({ session, canSummarise, onLookAt, documents }: SessionHeadProps) {
  const { store } = useShell();
  const actions = useSessionActions();
  const spelt = useKeys();
  const [renaming, setRenaming] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const [summing, setSumming] = useState(false);
  const id = session.session_id;
  const title = titleOf(session);
  useAsked("rename", () => setRenaming(true));

  async function sum() {
    setSumming(true);
    try {
      const { text, covers } = await summarise(id);
      store.patch(id, { summary: { text, covers } });
    } catch (thrown) {
      void notify({ text: `No summary was made. ${isProblem(thrown) ? thrown.message : ""}`.trim() });
    }
    setSumming(false);
  }

  return (
    <header className="conversation-head">
      <SidebarToggle className="head-toggle" expanded={false} />
      {renaming ? (
        <RenameField
          title={title}
          className="head-rename"
          onFinish={(next) => {
            setRenaming(false);
            if (next !== null) actions.rename(id, next);
            refocus(() => end.current?.querySelector<HTMLElement>("[aria-haspopup=menu]"));
          }}
        />
      ) : (
        <h1 className="head-title" dir="auto">
          {title}
        </h1>
      )}
      {!renaming && <HeadSummary session={session} isWorking={summing} />}
      <div ref={end} className="head-end">
        <IconButton
          icon={TextSearch}
          label={`Find in this session (${spelt(KEYS.find)})`}
          className="head-find rtl:-scale-x-100"
          onClick={() => askFor("find")}
        />
        <SessionDocumentsButton documents={documents} />
        <OutlineButton sessionId={id} onChoose={onLookAt} />
        <MenuButton
          label="More"
          entries={async () => {
            const { headEntries } = await import("./head-entries");
            const acts = {
              rename: () => setRenaming(true),
              setPinned: (pinned: boolean) => actions.setPinned(id, pinned),
              setArchived: (archived: boolean) => actions.setArchived(id, archived),
              remove: () => actions.remove(id),
            };
            return headEntries(session, acts, canSummarise ? sum : null);
          }}
        />
      </div>
    </header>
  );
}

function HeadSummary({ session, isWorking }: { session: ListedSession; isWorking: boolean }) {
  const summary = session.summary;
  const covers = summary && `Covers ${summary.covers.join("–")}.`;
  return (
    <p className="head-summary" role="status" title={summary ? `${summary.text} ${covers}` : undefined}>
      {isWorking
        ? "Summarising"
        : summary && (
            <>
              <bdi>{summary.text}</bdi> {covers}
            </>
          )}
    </p>
  );
}
