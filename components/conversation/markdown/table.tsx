"use client";

import type { Element } from "hast";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { find, type Hast, plain } from "./hast";

/**
 * Columns of numbers stand at the end; once two rows have come the columns keep their widths. What is wider than the
 * measure scrolls, shows by a fade that there is more, and can be widened.
 */
export function Table({ node, children }: { readonly node?: Element; readonly children?: ReactNode }) {
  const table = useRef<HTMLTableElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [isWide, setIsWide] = useState(false);
  useLayoutEffect(() => {
    const element = table.current;
    if (!element?.closest("[data-streaming]") || element.style.tableLayout || element.rows.length < 3) return;
    const width = element.offsetWidth;
    // Shares of what fits stay right when the window gets another size.
    const fits = width <= (scroller.current?.clientWidth ?? 0) + 1;
    const sizeOf = (px: number) => (fits ? `${((100 * px) / width).toFixed(3)}%` : `${px}px`);
    for (const cell of element.rows[0]?.cells ?? []) cell.style.inlineSize = sizeOf(cell.offsetWidth);
    element.style.tableLayout = "fixed";
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element || !table.current) return;
    const look = () => {
      const hidden = element.scrollWidth - element.clientWidth;
      setIsOver(hidden > 1);
      element.toggleAttribute("data-before", hidden > 1 && Math.abs(element.scrollLeft) > 1);
      element.toggleAttribute("data-after", hidden - Math.abs(element.scrollLeft) > 1);
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    sizes.observe(table.current);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return (
    <div className="table-frame" data-wide={isWide || undefined}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div ref={scroller} className="table-scroll" role="group" aria-label="Table" tabIndex={0}>
        <table ref={table} data-numbers={numberColumns(node).join(" ") || undefined}>
          {children}
        </table>
      </div>
      {(isOver || isWide) && (
        <button
          type="button"
          className="code-action table-widen"
          aria-pressed={isWide}
          onClick={() => setIsWide(!isWide)}
        >
          Widen
        </button>
      )}
    </div>
  );
}

function numberColumns(node: unknown): number[] {
  const rows = find(node as Hast, "tr").map((row) => (row.children ?? []).filter((cell) => cell.tagName === "td"));
  const body = rows.filter((cells) => cells.length > 0);
  const columns = body[0]?.map((_, index) => index + 1) ?? [];
  return columns.filter((column) => column > 1 && body.every((cells) => isNumeric(cells[column - 1])));
}

const isNumeric = (cell: Hast | undefined) =>
  /^[\s+−–-]*[$€£¥]?\s?\d[\d.,\s'’]*\s?(?:%|°|[\p{L}/µ]{1,4}(?:\s\d+\s\p{L}{1,3})?)?\s*$/u.test(
    // A number is short, and the pattern is not made for more.
    cell ? plain(cell).slice(0, 60) : "",
  );
