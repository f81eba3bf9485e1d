"use client";

import { type KeyboardEvent, useState } from "react";
import { formatNumber } from "../numbers";

export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="json mono" dir="ltr">
      <Node value={value} depth={0} />
    </div>
  );
}

const atFirst = 100;

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  const [most, setMost] = useState(atFirst);
  const label = name === undefined ? null : <span className="json-key">{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <>
        {label}
        <span data-type={value === null ? "null" : typeof value}>{JSON.stringify(value) ?? "undefined"}</span>
      </>
    );
  }
  const entries = Object.entries(value);
  const count = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <>
        {label}
        <span>{Array.isArray(value) ? "[]" : "{}"}</span>
      </>
    );
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowRight") setOpen(true);
    else if (event.key === "ArrowLeft") setOpen(false);
    else return;
    event.preventDefault();
  }
  return (
    <>
      <button
        type="button"
        className="json-toggle"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={onKeyDown}
      >
        {label}
        {count}
      </button>
      {open && (
        <ul>
          {entries.slice(0, most).map(([key, item]) => (
            <li key={key}>
              <Node name={key} value={item} depth={depth + 1} />
            </li>
          ))}
          {entries.length > most && (
            <li>
              <button type="button" className="small-action" onClick={() => setMost(most + 1000)}>
                Show {formatNumber(Math.min(1000, entries.length - most))} more
              </button>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
