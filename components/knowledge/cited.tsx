"use client";

import { Children, createContext, type ReactNode, use } from "react";
import { pageWords } from "./document-words";
import { openPassage } from "./open-passage";
import { citedIn, type Source } from "./source";

/** What an answer may name: its sources by number, and what was asked. */
export type Citable = { readonly sources: ReadonlyMap<number, Source>; readonly question: string };

/** The sources that the text below may name; null: none. */
export const CitableContext = createContext<Citable | null>(null);

/** Words of an answer in which the numbers of sources are buttons that open them. */
export function Cited({ children }: { readonly children?: ReactNode }) {
  const citable = use(CitableContext);
  if (citable === null) return children;
  return Children.map(children, (part) =>
    typeof part === "string" && part.includes("[") ? <CitedText text={part} citable={citable} /> : part,
  );
}

function CitedText({ text, citable }: { readonly text: string; readonly citable: Citable }) {
  return citedIn(text, citable.sources).map((one, n) =>
    "source" in one ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a citation is what stands at its place.
      <Citation key={n} source={one.source} question={citable.question} />
    ) : (
      one.text
    ),
  );
}

function Citation({ source, question }: { readonly source: Source; readonly question: string }) {
  const { n, title, page_from, page_to, doc_id, chunk_id } = source;
  const page = pageWords(page_from, page_to);
  return (
    <button
      type="button"
      className="cite"
      aria-haspopup="dialog"
      aria-label={`Source ${n}: ${title}${page ? `, ${page}` : ""}`}
      title={`${title}${page ? `, ${page}` : ""}`}
      onClick={() => openPassage({ docId: doc_id, chunkId: chunk_id, title, question })}
    >
      {n}
    </button>
  );
}
