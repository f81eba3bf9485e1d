"use client";

import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { PassageHost } from "../knowledge/passage-host";
import { closeSearch, openSearch, useSearchState } from "../search/search-panel-state";
import { Sidebar } from "../sidebar/sidebar";
import { keep } from "../ui/kept";
import { isCommand } from "../ui/keys";
import { NoticeHost } from "../ui/notify";
import { focusComposer } from "./focus";
import { Help } from "./help";
import { PaletteHost } from "./palette-host";
import { useSessionList, useShell } from "./shell";
import { SidebarContext, type SidebarControl } from "./sidebar-toggle";
import { useChanges } from "./use-changes";
import "./ways";

const isNarrow = () => window.matchMedia("(max-width: 1099.98px)").matches;

type FrameProps = {
  readonly closed: boolean;
  /** The visitor may see nothing but the door. */
  readonly isBare: boolean;
  readonly children: ReactNode;
};

/** Sidebar and page; on narrow screens the sidebar is a sheet over the page. */
export function Frame({ closed, isBare, children }: FrameProps) {
  const { store, viewer, changesToken } = useShell();
  const hasSessions = useSessionList().items.length > 0;
  const pathname = usePathname();
  const [sheet, setSheet] = useState(false);
  const [docked, setDocked] = useState(!closed);
  const opener = useRef<Element | null>(null);
  useChanges(store, changesToken, pathname !== "/sign-in" && (viewer.kind !== "none" || hasSessions));

  const control = useMemo(() => {
    const close = () => setSheet(false);
    return {
      close,
      toggle() {
        if (isNarrow()) {
          if (sheet) return close();
          opener.current = document.activeElement;
          return setSheet(true);
        }
        setDocked(!docked);
        document.documentElement.dataset.sidebar = docked ? "closed" : "open";
        keep("sidebar", docked ? "closed" : "open");
      },
    };
  }, [sheet, docked]);

  // The page under the sheet takes the focus again once it can.
  useEffect(() => {
    if (sheet || !(opener.current instanceof HTMLElement)) return;
    const isLost = document.activeElement === document.body || document.activeElement?.closest("#sidebar");
    if (isLost) opener.current.focus();
    opener.current = null;
  }, [sheet]);

  // A search that is asked for from elsewhere opens the sheet, and ends with it.
  const { opened } = useSearchState();
  useEffect(() => {
    if (opened > 0 && isNarrow()) setSheet(true);
  }, [opened]);
  useEffect(() => {
    if (!sheet && isNarrow()) closeSearch(false);
  }, [sheet]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a choice in the sheet closes it.
  useEffect(() => setSheet(false), [pathname]);
  useFrameKeys(control, sheet);

  if (isBare || pathname === "/sign-in") {
    return (
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    );
  }
  return (
    <SidebarContext value={control}>
      <div className="frame">
        <Sidebar isSheetOpen={sheet} />
        {sheet && <div className="sheet-veil" onPointerDown={control.close} aria-hidden="true" />}
        <main id="main" className="frame-main" tabIndex={-1} inert={sheet}>
          {children}
        </main>
      </div>
      <PassageHost />
      <Help />
      <PaletteHost />
      <NoticeHost />
    </SidebarContext>
  );
}

/**
 * The keys that work on every page: Escape closes the sheet, F6 goes from part to part, B opens and closes the sidebar,
 * F searches, O begins a session.
 */
function useFrameKeys(control: SidebarControl, isSheetOpen: boolean): void {
  const router = useRouter();

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (
        event.key === "Escape" &&
        isSheetOpen &&
        !event.defaultPrevented &&
        !document.querySelector("[popover]:popover-open")
      ) {
        event.preventDefault();
        control.close();
      }
      if (event.key === "F6" && !event.ctrlKey && !event.metaKey && !event.altKey) {
        // What is modal keeps the focus.
        if (document.querySelector("dialog:modal")) return;
        event.preventDefault();
        const step = event.shiftKey ? -1 : 1;
        void import("./regions").then(({ stepRegion }) => stepRegion(step));
      }
      if (!isCommand(event) || event.altKey) return;
      if (event.code === "KeyB" && !event.shiftKey) {
        event.preventDefault();
        control.toggle();
      }
      if (event.code === "KeyF" && event.shiftKey) {
        event.preventDefault();
        openSearch();
      }
      if (event.code === "KeyO" && event.shiftKey) {
        event.preventDefault();
        router.push("/");
        focusComposer();
      }
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [control, isSheetOpen, router]);
}
