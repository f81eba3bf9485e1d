"use client";

import { ChevronLeft, ChevronRight, X } from "lucide";
import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { formatNumber } from "../../numbers";
import { IconButton } from "../../ui/icon-button";
import type { Turn } from "../turns-in";
import { ContextBody } from "./context-body";
import { useContextOf } from "./use-context";

type SheetProps = {
  readonly sessionId: string;
  readonly turns: readonly Turn[];
  /** The turn that is looked into, by its key. */
  readonly at: string;
  readonly isBusy: boolean;
  readonly onTurn: (key: string) => void;
  readonly onClose: () => void;
};

const WIDE = "(min-width: 1920px)";

function onWidth(act: () => void): () => void {
  const query = matchMedia(WIDE);
  query.addEventListener("change", act);
  return () => query.removeEventListener("change", act);
}

const isWideNow = (): boolean => matchMedia(WIDE).matches;

/**
 * What the model saw in a turn, in the browser's top layer, which closes it with Escape and on a press elsewhere; on a
 * very wide window beside the conversation, until it is closed.
 */
export default function ContextSheet({ sessionId, turns, at, isBusy, onTurn, onClose }: SheetProps) {
  const title = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const [isRaw, setRaw] = useState(false);
  const n = turns.findIndex(({ key }) => key === at);
  const turn = turns[n];
  const isGoing = isBusy && n === turns.length - 1;
  const { read, readMore, again } = useContextOf(sessionId, turn?.runId ?? null, { isRaw, isGoing });
  const [before, after] = [turns[n - 1], turns[n + 1]];

  const opener = useRef<Element | null>(null);
  const isDocked = useSyncExternalStore(onWidth, isWideNow, () => false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes to stand elsewhere is hidden by the browser, and shown again.
  useLayoutEffect(() => {
    if (opener.current === null) opener.current = document.activeElement;
    const element = sheet.current;
    if (!element?.matches(":popover-open")) element?.showPopover();
    element?.focus();
  }, [isDocked]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isDocked) {
      event.preventDefault();
      return sheet.current?.hidePopover();
    }
    const isMirrored = getComputedStyle(event.currentTarget).direction === "rtl";
    const sides = isMirrored ? { ArrowLeft: after, ArrowRight: before } : { ArrowLeft: before, ArrowRight: after };
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const to = sides[event.key];
      // What had the focus goes with its turn.
      sheet.current?.focus();
      if (to) onTurn(to.key);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && sheet.current) {
      if (event.target instanceof Element && event.target.closest(".context-read")) return;
      stepPart(sheet.current, event.key === "ArrowDown" ? 1 : -1);
    } else return;
    event.preventDefault();
  }

  return (
    <div
      ref={sheet}
      role="dialog"
      aria-labelledby={title}
      popover={isDocked ? "manual" : "auto"}
      data-docked={isDocked || undefined}
      className="side-sheet context-sheet"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState !== "closed" || sheet.current?.matches(":popover-open")) return;
        const isLost = document.activeElement === document.body;
        if (isLost && opener.current instanceof HTMLElement) opener.current.focus();
        onClose();
      }}
    >
      <SheetHead title={title} turns={turns} n={n} onTurn={onTurn} onClose={() => sheet.current?.hidePopover()} />
      {turn && turn.runId !== null ? (
        <ContextBody
          read={read}
          turn={{ sessionId, runId: turn.runId, isRaw }}
          onRaw={setRaw}
          onMore={readMore}
          onAgain={again}
        />
      ) : (
        <p className="context-note">Nothing was sent yet.</p>
      )}
    </div>
  );
}

type SheetHeadProps = {
  /** The id of its heading. */
  readonly title: string;
  readonly turns: readonly Turn[];
  /** The place of the turn that is looked into. */
  readonly n: number;
  readonly onTurn: (key: string) => void;
  readonly onClose: () => void;
};

function SheetHead({ title, turns, n, onTurn, onClose }: SheetHeadProps) {
  const [before, turn, after] = [turns[n - 1], turns[n], turns[n + 1]];
  return (
    <header className="context-head">
      <h2 id={title}>What the model saw</h2>
      <p className="context-turn">{turn?.question && <bdi>{turn.question.text}</bdi>}</p>
      <IconButton
        icon={ChevronLeft}
        label="The turn before"
        disabled={!before}
        onClick={() => before && onTurn(before.key)}
      />
      <span className="context-place">
        {formatNumber(n + 1)} of {formatNumber(turns.length)}
      </span>
      <IconButton
        icon={ChevronRight}
        label="The next turn"
        disabled={!after}
        onClick={() => after && onTurn(after.key)}
      />
      <IconButton icon={X} label="Close" onClick={onClose} />
    </header>
  );
}

/** Chooses the part before or behind the one that is chosen. */
function stepPart(sheet: HTMLElement, by: number): void {
  const parts = [...sheet.querySelectorAll<HTMLButtonElement>(".context-part")];
  const at = parts.findIndex((part) => part.getAttribute("aria-pressed") === "true");
  const next = parts[Math.min(parts.length - 1, Math.max(0, at + by))];
  next?.click();
  next?.focus();
}
