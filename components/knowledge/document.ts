import { sizeInWords } from "@/lib/domain/file.ts";
import { formatNumber } from "../time";

/** Whose documents are meant. */
export type DocumentOwner = { readonly role: "agent" | "index" | "session" | "project"; readonly id: string };

/** A document as the server tells of it. */
export type KnownDocument = {
  readonly id: string;
  readonly title: string;
  readonly state: "pending" | "ready" | "failed";
  /** Why it failed, or what is to be said of it though it is ready, in a sentence; empty otherwise. */
  readonly reason: string;
  /** How much of it is read, from 0 to 100. */
  readonly progress: number;
  readonly pages: number | null;
  readonly characters: number | null;
  /** In bytes. */
  readonly size: number | null;
  readonly file_id: string | null;
  readonly created_at: string;
};

/** A page of a list, the latest first. */
export type DocumentPage = { readonly items: readonly KnownDocument[]; readonly has_more: boolean };

/** A file on its way to become a document. `share`: from 0 to 1. */
export type Upload = {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly progress:
    | { readonly kind: "waiting" }
    | { readonly kind: "sending"; readonly share: number }
    | { readonly kind: "failed"; readonly why: string; readonly isFinal: boolean };
};

/** A file that becomes a document may have so many: the server's `MOST_FILE_BYTES` as people count. */
export const MOST_DOCUMENT_BYTES = 50_000_000;

export const isPending = ({ state }: Pick<KnownDocument, "state">): boolean => state === "pending";

/** How far a document is, or how much it is: "Reading, 40 %", "12 pages, 2.1 MB", or why it failed, and what else is to be said. */
export function documentWords({ state, reason, progress, pages, characters, size }: KnownDocument): string {
  if (state === "failed") return reason || "It could not be read.";
  if (state === "pending") return progress > 0 ? `Reading, ${formatNumber(progress)} %` : "Waiting to be read";
  const much =
    pages === null ? (characters === null ? [] : [counted(characters, "character")]) : [counted(pages, "page")];
  const amount = [...much, ...(size === null ? [] : [sizeInWords(size)])].join(", ");
  return [amount, reason].filter((words) => words !== "").join(". ");
}

/** How far a file is on its way: "40 % of 2.1 MB". */
export function uploadWords({ size, progress }: Pick<Upload, "size" | "progress">): string {
  switch (progress.kind) {
    case "waiting":
      return `${sizeInWords(size)}, waiting`;
    case "sending":
      return `${Math.round(progress.share * 100)} % of ${sizeInWords(size)}`;
    case "failed":
      return progress.why;
    default:
      return progress satisfies never;
  }
}

export const counted = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;

/** On which page something stands: "page 3", "pages 3–4"; null where the document has none. */
export function pageWords(from: number | null, to: number | null): string | null {
  if (from === null) return null;
  return to === null || to === from ? `page ${formatNumber(from)}` : `pages ${formatNumber(from)}–${formatNumber(to)}`;
}

/** What is not given to a model whole: what it cannot read as it is, and texts longer than this. */
const LONG_TEXT_BYTES = 100_000;
const DOCUMENT_NAME = /\.(?:pdf|docx|html?|xhtml)$/iu;
const DOCUMENT_TYPE = /pdf|wordprocessing|html/iu;

/** Whether a file that is dropped on a conversation becomes a document that answers look into, and no attachment. */
export const becomesDocument = ({ name, type, size }: Pick<File, "name" | "type" | "size">): boolean =>
  DOCUMENT_NAME.test(name) || DOCUMENT_TYPE.test(type) || (size > LONG_TEXT_BYTES && isTextual(name, type));

const isTextual = (name: string, type: string): boolean =>
  type.startsWith("text/") ||
  /json|xml|csv|yaml/iu.test(type) ||
  /\.(?:md|markdown|txt|csv|tsv|json|ya?ml|log)$/iu.test(name);
