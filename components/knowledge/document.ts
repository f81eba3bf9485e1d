import { formatNumber } from "../numbers";

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

export const counted = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;

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
