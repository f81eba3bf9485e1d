"use client";

import { useEffect, useEffectEvent } from "react";
import { isCommand, isField, isPlain } from "../ui/keys";
import { isLetterOff } from "../ui/letters";

type Keys = { readonly isBusy: boolean; readonly onStop: () => void };

/** The buttons of a turn that letters press. */
const ACTS = {
  c: '[data-act="copy"]',
  x: '[data-act="context"]',
  r: '[data-act="again"]',
  R: '[data-act="again-with"]',
  e: '[data-act="edit"]',
  "[": '[data-version="previous"]',
  "]": '[data-version="next"]',
};

/**
 * Esc stops, J with ⌘ or Ctrl goes to what waits for the person; single letters act while the focus is in the
 * conversation and not in a field.
 */
export function useConversationKeys(keys: Keys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isCommand(event) && event.code === "KeyJ" && !event.shiftKey && !event.altKey) {
      // The form passes the focus on, once it knows what it asks for.
      const waiting = document.querySelector<HTMLElement>("[data-waiting-call]");
      if (!waiting) return;
      event.preventDefault();
      return waiting.focus();
    }
    if (event.defaultPrevented || event.isComposing || !isPlain(event)) return;
    if (event.key === "Escape") {
      const isLayerOpen =
        document.querySelector("[popover]:popover-open:not([data-docked]), .sidebar[data-open]") !== null;
      if (keys.isBusy && !isLayerOpen) {
        event.preventDefault();
        keys.onStop();
      }
      return;
    }
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "ArrowUp" && target instanceof HTMLTextAreaElement && target.matches("[data-composer]")) {
      const edits = document.querySelectorAll<HTMLElement>('[role=log] [data-act="edit"]');
      if (target.value !== "" || edits.length === 0) return;
      event.preventDefault();
      edits.item(edits.length - 1).click();
      return;
    }
    const log = target?.closest(".scroller")?.querySelector("[role=log]");
    if (!log || isField(event.target) || target?.closest(".composer") || isLetterOff(event)) return;
    if (act(event.key, log, target)) event.preventDefault();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

function act(key: string, log: Element, target: Element | null): boolean {
  const turns = [...log.querySelectorAll<HTMLElement>(".turn")];
  const at = turns.findIndex((turn) => turn.contains(target));
  const turn = turns[at] ?? turns.at(-1);
  switch (key) {
    case "j":
    case "k": {
      const next = turns[at === -1 ? turns.length - 1 : at + (key === "j" ? 1 : -1)];
      next?.focus({ preventScroll: true });
      next?.scrollIntoView({ block: "start" });
      return next !== undefined;
    }
    case "c":
    case "x":
    case "r":
    case "R":
    case "e":
    case "[":
    case "]": {
      const button = turn?.querySelector<HTMLElement>(ACTS[key]);
      button?.click();
      return button != null;
    }
    case ".":
      for (const head of turn?.querySelectorAll<HTMLElement>("button.ledger-head") ?? []) head.click();
      return true;
    default:
      return false;
  }
}
