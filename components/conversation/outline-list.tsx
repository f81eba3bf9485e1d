"use client";

import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { formatNumber } from "../numbers";
import { useOutline } from "./use-outline";

const ROW_PX = 44;
/** So many rows are drawn above and below what is seen. */
const SPARE = 10;

export type OutlineProps = {
  readonly sessionId: string;
  /** Shows a question, by its id and its place. */
  readonly onChoose: (id: string, place: string) => void;
};

/** The questions in their order, the last one first in focus. Only the rows that are seen are drawn. */
export default function OutlineList({ sessionId, onChoose }: OutlineProps) {
  const { items, state } = useOutline(sessionId, true);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: 800 });
  const focused = at ?? items.length - 1;

  // The last question is where the reader is: the list begins there, also while more of it comes.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || focused < 0) return;
    const from = focused * ROW_PX;
    const isSeen = from >= element.scrollTop && from + ROW_PX <= element.scrollTop + element.clientHeight;
    if (!isSeen) element.scrollTop = at === null ? element.scrollHeight : from - element.clientHeight / 2;
    setView({ top: element.scrollTop, height: element.clientHeight });
    element.querySelector<HTMLElement>(`[data-row="${focused}"]`)?.focus({ preventScroll: true });
  }, [focused, at]);

  function onKeyDown(event: KeyboardEvent) {
    const to = target(event.key, focused, items.length);
    if (to === null) return;
    event.preventDefault();
    setAt(to);
  }

  const first = Math.max(0, Math.min(Math.floor(top / ROW_PX), focused) - SPARE);
  const seen = Math.ceil(height / ROW_PX);
  const rows = items.slice(first, Math.max(Math.floor(top / ROW_PX) + seen, focused) + SPARE);
  return (
    <>
      <p className="outline-head" role="status">
        {state === "failed" ? "Not all of it could be read." : headOf(items.length, state === "whole")}
      </p>
      <div
        ref={box}
        className="outline-box"
        onScroll={({ currentTarget }) => setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })}
      >
        <ol ref={placed("block-size", items.length)} onKeyDown={onKeyDown}>
          {rows.map(({ id, text, place }, n) => (
            <li
              key={id}
              ref={placed("inset-block-start", first + n)}
              aria-setsize={items.length}
              aria-posinset={first + n + 1}
            >
              <button
                type="button"
                className="outline-row"
                data-row={first + n}
                tabIndex={first + n === focused ? 0 : -1}
                dir="auto"
                onClick={() => onChoose(id, place)}
              >
                {text.trim() || "A question without words"}
              </button>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

/** Sets a length of so many rows on an element; the page's policy takes no style out of its text. */
const placed = (property: string, rows: number) => (element: HTMLElement | null) =>
  element?.style.setProperty(property, `${rows * ROW_PX}px`);

function headOf(count: number, isWhole: boolean): string {
  if (count === 0) return isWhole ? "No questions yet" : "Reading the outline";
  return `${formatNumber(count)} ${count === 1 ? "question" : "questions"}${isWhole ? "" : " so far"}`;
}

/** The row that a key leads to; null: it leads nowhere. */
function target(key: string, at: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };
  const step = steps[key];
  if (count === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return step === undefined ? null : Math.min(count - 1, Math.max(0, at + step));
}
