"use client";

import { useState } from "react";
import { formatNumber } from "../../numbers";
import { notify } from "../../ui/notify";
import { readContextText } from "./requests";
import { type ContextItem, namesOf } from "./words";

type ItemsProps = {
  readonly items: readonly ContextItem[];
  readonly turn: { readonly sessionId: string; readonly runId: string; readonly isRaw: boolean };
};

export function ContextItems({ items, turn }: ItemsProps) {
  return (
    <ol className="context-items">
      {items.map((item) => (
        <li key={item.item} className="context-item" data-dropped={item.is_dropped || undefined}>
          <ItemNames item={item} />
          <ItemText key={`${turn.isRaw} ${item.text?.length}`} item={item} turn={turn} />
          <p className="context-count">
            {item.is_dropped ? (
              <>
                dropped
                <br />
                was {formatNumber(item.tokens)}
              </>
            ) : (
              formatNumber(item.tokens)
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}

function ItemNames({ item }: { item: ContextItem }) {
  const { title, kind } = namesOf(item);
  return (
    <p className="context-names">
      <bdi>{title}</bdi>
      {kind && <span>{kind}</span>}
      {!item.is_as_sent && item.text !== null && <span className="context-differs">as it is now</span>}
    </p>
  );
}

function ItemText({ item, turn }: { item: ContextItem; turn: ItemsProps["turn"] }) {
  const [more, setMore] = useState<{ readonly text: string; readonly at: number | null }>({
    text: "",
    at: item.next_at,
  });
  if (item.text === null) return <p className="context-text context-none">Its text is not kept.</p>;
  const isCode = turn.isRaw || item.part === "tools" || item.role === "tool";

  async function read(at: number) {
    try {
      const [found] = (await readContextText(turn.sessionId, turn.runId, { item: item.item, at, isRaw: turn.isRaw }))
        .items;
      setMore(({ text }) => ({ text: text + (found?.text ?? ""), at: found?.next_at ?? null }));
    } catch {
      void notify({ text: "The rest of this text did not load." });
    }
  }

  const { at } = more;
  return (
    <div className="context-text">
      <p dir="auto" data-code={isCode || undefined}>
        {item.text}
        {more.text}
      </p>
      {at !== null && (
        <button type="button" className="text-button" onClick={() => void read(at)}>
          Show more of it
        </button>
      )}
    </div>
  );
}
