"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { refocus } from "./refocus";

type AskFirstProps = {
  /** What will be gone, as a question. */
  readonly children: ReactNode;
  readonly label: string;
  /** What it gives is waited for: pressed again meanwhile it does nothing. */
  readonly onDo: () => unknown;
  readonly onKeep: () => void;
};

/** What takes the focus. */
const CONTROL = "button, a[href], input, select, textarea, [tabindex]";

/**
 * Asks, in place of the button that was pressed, before something is done that cannot be undone. Afterwards the focus
 * is on the last button of its row, which asked, or where the row has gone on the first of what is around it.
 */
export function AskFirst({ children, label, onDo, onKeep }: AskFirstProps) {
  const box = useRef<HTMLDivElement>(null);
  const [isBusy, setIsBusy] = useState(false);

  useEffect(() => {
    const row = box.current?.closest<HTMLElement>("li, tr, section, .index-delete") ?? null;
    const around = row?.parentElement?.closest<HTMLElement>("section, dialog, [popover], main") ?? null;
    return () =>
      refocus(() =>
        row?.isConnected
          ? [...row.querySelectorAll<HTMLElement>("button")].at(-1)
          : around?.querySelector<HTMLElement>(CONTROL),
      );
  }, []);

  async function act() {
    if (isBusy) return;
    setIsBusy(true);
    try {
      await onDo();
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <div ref={box} className="ask-first">
      <p>{children}</p>
      <div className="ask-first-actions">
        {/* biome-ignore lint/a11y/noAutofocus: the question has taken the place of the button that asked it. */}
        <button type="button" className="button" autoFocus onClick={onKeep}>
          Keep it
        </button>
        <button type="button" className="button" data-kind="danger" aria-disabled={isBusy} onClick={act}>
          {label}
        </button>
      </div>
    </div>
  );
}
