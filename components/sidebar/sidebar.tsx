"use client";

import { Archive, Bot, LibraryBig, Search, SquarePen } from "lucide";
import { Suspense, use, useEffect, useRef, useState } from "react";
import { useAsked } from "../frame/asked";
import { focusComposer } from "../frame/focus";
import { useSessionList, useShell } from "../frame/shell";
import { SidebarContext, SidebarToggle } from "../frame/sidebar-toggle";
import { openSearch, useSearchState } from "../search/search-panel-state";
import { Icon } from "../ui/icon";
import { KEYS } from "../ui/key-names";
import { Keys } from "../ui/keys";
import { later } from "../ui/later";
import { PageLink } from "../ui/page-link";
import { refocus } from "../ui/refocus";
import { SessionList } from "./session-list";
import { ViewerLine } from "./viewer-line";
import { Wordmark } from "./wordmark";

const ArchivedList = later(() => import("./archived-list"));
const SearchPanel = later(() => import("../search/search-panel"), { isForOffline: true });

export function Sidebar({ isSheetOpen }: { isSheetOpen: boolean }) {
  const { close } = use(SidebarContext);
  const aside = useRef<HTMLElement>(null);
  const { isOpen: isSearching } = useSearchState();
  const [fieldAt, setFieldAt] = useState<HTMLElement | null>(null);
  const archive = useRef<HTMLButtonElement>(null);
  const [isArchive, setIsArchive] = useState(false);
  const { viewer } = useShell();
  const hasSessions = useSessionList().items.length > 0;

  useAsked("archive", () => setIsArchive(true));

  function back() {
    setIsArchive(false);
    refocus(() => archive.current);
  }

  useEffect(() => {
    if (isSheetOpen && !aside.current?.contains(document.activeElement))
      aside.current?.querySelector<HTMLElement>("a, button")?.focus();
  }, [isSheetOpen]);

  function choose() {
    if (isSheetOpen) close();
  }

  return (
    <aside ref={aside} id="sidebar" className="sidebar" data-open={isSheetOpen || undefined} aria-label="Sessions">
      <div className="sidebar-inner">
        <div className="sidebar-head">
          <PageLink href="/" aria-label="Parley, new session" onClick={choose}>
            <Wordmark />
          </PageLink>
          <SidebarToggle expanded />
        </div>
        <div className="sidebar-actions">
          <PageLink
            href="/"
            className="sidebar-action font-[560]"
            onClick={() => {
              choose();
              focusComposer();
            }}
          >
            <Icon of={SquarePen} size={17} className="flex-none" />
            <span>New session</span>
            <Keys keys={KEYS.newSession} />
          </PageLink>
          {isSearching ? (
            <div ref={setFieldAt} className="search-place" />
          ) : (
            <button type="button" className="sidebar-action" data-search-row="" onClick={() => openSearch()}>
              <Icon of={Search} size={17} className="flex-none" />
              <span>Search</span>
              <Keys keys={KEYS.search} />
            </button>
          )}
          <PageLink href="/agents" className="sidebar-action" onClick={choose}>
            <Icon of={Bot} size={17} className="flex-none" />
            <span>Agents</span>
          </PageLink>
          <PageLink href="/indexes" className="sidebar-action" onClick={choose}>
            <Icon of={LibraryBig} size={17} className="flex-none" />
            <span>Indexes</span>
          </PageLink>
        </div>
        {isSearching && (
          <Suspense>
            <SearchPanel fieldAt={fieldAt} isSheet={isSheetOpen} onChoose={choose} />
          </Suspense>
        )}
        <nav className="sidebar-list" aria-label="Sessions">
          {isArchive ? (
            <Suspense fallback={null}>
              <ArchivedList onChoose={choose} onBack={back} />
            </Suspense>
          ) : (
            <SessionList onChoose={choose} />
          )}
        </nav>
        <div className="sidebar-foot">
          {(viewer.kind !== "none" || hasSessions) && (
            <button
              ref={archive}
              type="button"
              className="sidebar-action"
              aria-pressed={isArchive}
              onClick={() => setIsArchive(!isArchive)}
            >
              <Icon of={Archive} size={17} className="flex-none" />
              <span>Archived</span>
            </button>
          )}
          <ViewerLine />
        </div>
      </div>
    </aside>
  );
}
