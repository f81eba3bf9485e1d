"use client";

import { useState } from "react";
import { formatNumber } from "../numbers";
import { counted } from "./document";
import { pageWords } from "./document-words";
import { openPassage } from "./open-passage";
import type { Source } from "./source";

/** So many are shown where the answer names none of them. */
const FIRST = 3;

type SourcesProps = {
  readonly sources: readonly Source[];
  /** The numbers that the answer names. */
  readonly named: ReadonlySet<number>;
  readonly question: string;
};

/** What an answer was made from, by number; each opens in its document. Those that it names come first. */
export function Sources({ sources, named, question }: SourcesProps) {
  const [all, setAll] = useState(false);
  if (sources.length === 0) return null;
  const first = named.size > 0 ? sources.filter(({ n }) => named.has(n)) : sources.slice(0, FIRST);
  const shown = all || first.length === 0 ? sources : first;
  const left = sources.length - shown.length;
  return (
    <section className="sources" aria-label="Sources">
      <ol>
        {shown.map((source) => (
          <li key={source.n}>
            <SourceRow source={source} question={question} />
          </li>
        ))}
      </ol>
      {left > 0 && (
        <button type="button" className="small-action" onClick={() => setAll(true)}>
          Show {counted(left, "more passage")} that {left === 1 ? "was" : "were"} read
        </button>
      )}
    </section>
  );
}

function SourceRow({ source, question }: { readonly source: Source; readonly question: string }) {
  const { n, title, page_from, page_to, excerpt } = source;
  const page = pageWords(page_from, page_to);
  return (
    <button
      type="button"
      className="source"
      aria-haspopup="dialog"
      data-source={n}
      onClick={() => openPassage({ docId: source.doc_id, chunkId: source.chunk_id, title, question })}
    >
      <span className="source-n">{formatNumber(n)}</span>
      <span className="source-words">
        <bdi className="source-title">{title}</bdi>
        {page && <span className="source-page">, {page}</span>}
        <span className="source-text" dir="auto">
          {excerpt}
        </span>
      </span>
    </button>
  );
}
