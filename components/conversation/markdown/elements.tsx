"use client";

import {
  type ComponentProps,
  createContext,
  isValidElement,
  type ReactNode,
  useContext,
  useLayoutEffect,
  useRef,
} from "react";
import type { ExtraProps } from "streamdown";
import { find, type Hast, plain } from "./hast";
import { hostOf, liesAbout, safeHref } from "./links";

type Props<T extends keyof React.JSX.IntrinsicElements> = ComponentProps<T> & ExtraProps;

/** Whether what is shown stands in a link: links within links are no HTML. */
const InLink = createContext(false);

export function SafeLink({ href, children }: Props<"a">) {
  const target = safeHref(href);
  if (target === null) return <span>{children}</span>;
  const inside = <InLink value={true}>{children}</InLink>;
  if (target.startsWith("#")) return <a href={target}>{inside}</a>;
  const host = hostOf(target);
  return (
    <a href={target} target="_blank" rel="noopener noreferrer nofollow" title={host ?? undefined}>
      {inside}
      {liesAbout(textOf(children), target) && <span className="link-host"> ({host})</span>}
    </a>
  );
}

/** An image of another host is not loaded, which would tell that host who reads: the reader may open it by itself. */
export function SafeImage({ src, alt }: Props<"img">) {
  const isInLink = useContext(InLink);
  const target = safeHref(src);
  const host = target && hostOf(target);
  return (
    <span className="image-frame">
      <span dir="auto">{alt || "Image"}</span>
      {target && host && (
        <>
          <span className="link-host">{host}</span>
          {!isInLink && (
            <a className="small-action" href={target} target="_blank" rel="noopener noreferrer nofollow">
              Open image
            </a>
          )}
        </>
      )}
    </span>
  );
}

/** Columns of numbers stand at the end; once two rows have come the columns keep their widths. */
export function Table({ node, children }: Props<"table">) {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    const element = table.current;
    if (!element?.closest("[data-streaming]") || element.style.tableLayout || element.rows.length < 3) return;
    for (const cell of element.rows[0]?.cells ?? []) cell.style.inlineSize = `${cell.offsetWidth}px`;
    element.style.tableLayout = "fixed";
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <div className="table-scroll" role="group" aria-label="Table" tabIndex={0}>
      <table ref={table} data-numbers={numberColumns(node).join(" ") || undefined}>
        {children}
      </table>
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

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
