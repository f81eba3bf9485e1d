"use client";

import { pageWords } from "./document-words";
import { scoreWords } from "./index-words";
import { excerptFor } from "./marked";
import { Marked } from "./marked-text";
import { openPassage } from "./open-passage";
import type { Hit } from "./requests";

/** So much of a passage stands in the list; the rest is where it opens. */
const EXCERPT = 420;

/** A passage with the words that were asked for, where it stands and why; it opens in its document. */
export function HitRow({ hit, question }: { readonly hit: Hit; readonly question: string }) {
  const { n, title, text, page_from, page_to, headings } = hit;
  const where = [pageWords(page_from, page_to), ...headings.slice(-2)].filter((part) => part !== null);
  const scores = scoreWords(hit);
  return (
    <li>
      <button
        type="button"
        className="hit"
        aria-haspopup="dialog"
        onClick={() => openPassage({ docId: hit.doc_id, chunkId: hit.chunk_id, title, question })}
      >
        <span className="hit-n">{n}</span>
        <span className="hit-head">
          <bdi className="hit-title">{title}</bdi>
          {where.map((part) => (
            <span key={part}>
              , <bdi>{part}</bdi>
            </span>
          ))}
        </span>
        <span className="hit-text" dir="auto">
          <Marked text={excerptFor(text, question, EXCERPT)} question={question} />
        </span>
        {scores && <span className="hit-scores">{scores}</span>}
      </button>
    </li>
  );
}
