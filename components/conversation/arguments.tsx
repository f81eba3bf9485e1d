"use client";

import { useState } from "react";
import { copyText } from "./copy";

type ArgumentsProps = { readonly input: unknown; readonly isArriving: boolean };

export function Arguments({ input, isArriving }: ArgumentsProps) {
  const entries = typeof input === "object" && input !== null ? Object.entries(input) : [];
  if (entries.length === 0) return isArriving ? <p className="mono end-mark" aria-hidden="true" /> : null;
  return (
    <>
      <dl className="arguments">
        {entries.map(([name, value], index) => (
          <Argument
            key={name}
            name={name}
            value={typeof value === "string" ? value : JSON.stringify(value)}
            isArriving={isArriving && index === entries.length - 1}
          />
        ))}
      </dl>
      {!isArriving && (
        <button
          type="button"
          className="small-action mt-2"
          onClick={() => copyText(JSON.stringify(input, null, 2), "Copied as JSON")}
        >
          Copy as JSON
        </button>
      )}
    </>
  );
}

function Argument({ name, value, isArriving }: { name: string; value: string; isArriving: boolean }) {
  const [open, setOpen] = useState(false);
  const isLong = value.length > 240 || value.split("\n").length > 3;
  return (
    <>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd dir="auto">
        <span
          className={`mono ${isArriving ? "end-mark" : ""} ${isLong && !open && !isArriving ? "folded-value" : "block"}`}
        >
          {value}
        </span>
        {isLong && !isArriving && (
          <button type="button" className="small-action" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Show less" : "Show all"}
          </button>
        )}
      </dd>
    </>
  );
}
