"use client";

import { Plus } from "lucide";
import { useRef, useState } from "react";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { Icon } from "../ui/icon";
import { PageLink } from "../ui/page-link";
import { useMore } from "../ui/use-more";
import type { DocumentPage } from "./document";
import { indexWords } from "./index-words";
import { NewIndex } from "./new-index";
import { type IndexPage, listIndexes } from "./requests";
import { SharedDocuments } from "./shared-documents";

type IndexListProps = {
  readonly initial: IndexPage;
  /** Null: whoever looks has no account yet. */
  readonly shared: { readonly projectId: string; readonly documents: DocumentPage } | null;
};

/** The account's indexes, the latest first, and the documents of all its sessions. */
export function IndexList({ initial, shared }: IndexListProps) {
  const { items: indexes, hasMore, isBusy, more } = useMore(initial, listIndexes, "No more indexes came. Try again.");
  const [isMaking, setIsMaking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);

  function close() {
    setIsMaking(false);
    opener.current?.focus();
  }

  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        <h1 className="head-title">Indexes</h1>
        <button
          ref={opener}
          type="button"
          className="button agents-new"
          aria-expanded={isMaking}
          onClick={() => setIsMaking(true)}
        >
          <Icon of={Plus} size={16} />
          New index
        </button>
      </header>
      <div className="account-scroll">
        <div className="agents">
          <p className="account-empty">
            An index is a set of documents that agents look into before they answer, and that an answer names as its
            sources.
            {indexes.length === 0 && " Make one, then drop documents on it."}
          </p>
          {isMaking && <NewIndex onLeave={close} />}
          {indexes.length > 0 && (
            <ul className="agent-list">
              {indexes.map((index) => (
                <li key={index.id}>
                  <PageLink href={`/indexes/${index.id}`} className="agent-row">
                    <bdi className="agent-name">{index.name}</bdi>
                    <span className="agent-facts">{indexWords(index)}</span>
                  </PageLink>
                </li>
              ))}
            </ul>
          )}
          {hasMore && (
            <button type="button" className="text-button" aria-disabled={isBusy} onClick={more}>
              Show more
            </button>
          )}
          {shared && <SharedDocuments projectId={shared.projectId} initial={shared.documents} />}
        </div>
      </div>
    </div>
  );
}
