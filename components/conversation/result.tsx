"use client";

import { useMemo, useRef, useState } from "react";
import { formatNumber } from "../numbers";
import { JsonTree } from "./json-tree";
import { hostOf, safeHref } from "./markdown/links";
import { numberColumns, type Scalar, type Shape, shapeOf } from "./result-shape";
import { useOverflow } from "./use-overflow";

const atFirst = 50;

export default function Result({ value }: { value: unknown }) {
  const shape = useMemo(() => shapeOf(value), [value]);
  const [asJson, setAsJson] = useState(false);
  const canSwitch = shape.kind === "table" || shape.kind === "links";
  return (
    <div className="result">
      <div className="result-head">
        <span>{headOf(shape)}</span>
        {canSwitch && (
          <span className="result-tabs">
            <button type="button" aria-pressed={!asJson} onClick={() => setAsJson(false)}>
              {shape.kind === "table" ? "Table" : "Links"}
            </button>
            <button type="button" aria-pressed={asJson} onClick={() => setAsJson(true)}>
              JSON
            </button>
          </span>
        )}
      </div>
      {asJson ? <JsonTree value={value} /> : <Shaped shape={shape} />}
    </div>
  );
}

function headOf(shape: Shape): string {
  if (shape.kind === "table") return `Result, ${count(shape.rows.length, "row")}`;
  if (shape.kind === "links") return `Result, ${count(shape.links.length, "link")}`;
  return "Result";
}

const count = (value: number, word: string) => `${formatNumber(value)} ${word}${value === 1 ? "" : "s"}`;

function Shaped({ shape }: { shape: Shape }) {
  switch (shape.kind) {
    case "text":
      return <LongText text={shape.text} />;
    case "tree":
      return <JsonTree value={shape.value} />;
    case "links":
      return (
        <ul className="result-links">
          {shape.links.map(({ url, title }) => (
            <li key={url}>
              <a className="text-link" href={safeHref(url) ?? "#"} target="_blank" rel="noopener noreferrer nofollow">
                <bdi>{title}</bdi>
              </a>{" "}
              <span>{hostOf(url)}</span>
            </li>
          ))}
        </ul>
      );
    case "table":
      return <Rows columns={shape.columns} rows={shape.rows} />;
  }
}

function LongText({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const isLong = text.length > 4000;
  return (
    <>
      <p className="result-text" dir="auto">
        {isLong && !open ? `${text.slice(0, 4000)}…` : text}
      </p>
      {isLong && !open && (
        <button type="button" className="small-action" onClick={() => setOpen(true)}>
          Show {formatNumber(text.length - 4000)} more characters
        </button>
      )}
    </>
  );
}

function Rows({ columns, rows }: { columns: readonly string[]; rows: readonly (readonly Scalar[])[] }) {
  const [all, setAll] = useState(false);
  const numbers = numberColumns(rows);
  const shown = all ? rows : rows.slice(0, atFirst);
  const scroller = useRef<HTMLDivElement>(null);
  const isOver = useOverflow(scroller);
  const [isWide, setIsWide] = useState(false);
  return (
    <div className="result-rows" data-wide={isWide || undefined}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div ref={scroller} className="result-scroll" role="group" aria-label="Result table" tabIndex={0}>
        <table className="result-table">
          <thead>
            <tr>
              {columns.map((column, index) => (
                <th key={column} scope="col" data-number={numbers[index] || undefined}>
                  <bdi>{column}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a stored result never changes its order.
              <tr key={at}>
                {columns.map((column, index) => (
                  <td key={column} dir="auto" data-number={numbers[index] || undefined}>
                    {cellText(row[index] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="result-acts">
        {shown.length < rows.length && (
          <button type="button" className="small-action" onClick={() => setAll(true)}>
            Show {formatNumber(rows.length - shown.length)} more
          </button>
        )}
        {(isOver || isWide) && (
          <button
            type="button"
            className="small-action result-widen"
            aria-pressed={isWide}
            onClick={() => setIsWide(!isWide)}
          >
            Widen
          </button>
        )}
      </p>
    </div>
  );
}

const cellText = (value: Scalar) =>
  typeof value === "number" ? formatNumber(value) : value === null ? "" : String(value);
