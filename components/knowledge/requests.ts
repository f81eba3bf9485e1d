import { json, read, request } from "../api";
import type { DocumentOwner, DocumentPage, KnownDocument } from "./document";

/** A set of documents under one name, and how far they are. */
export type KnowledgeIndex = {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly documents: {
    readonly all: number;
    readonly ready: number;
    readonly pending: number;
    readonly failed: number;
  };
  /** Of all its files, in bytes. */
  readonly size: number;
};

export type IndexPage = { readonly items: readonly KnowledgeIndex[]; readonly has_more: boolean };

/**
 * A piece of a document that answers a question. Scores: 0 to 1, higher is better; null where that kind of search did
 * not find it.
 */
export type Hit = {
  readonly n: number;
  readonly doc_id: string;
  readonly chunk_id: string;
  readonly title: string;
  readonly text: string;
  readonly score: number | null;
  readonly text_score: number | null;
  readonly vector_score: number | null;
  readonly page_from: number | null;
  readonly page_to: number | null;
  readonly headings: readonly string[];
};

/** What an index has for a question: the best hit first, how was searched, and why not as usual. */
export type Found = {
  readonly mode: "text" | "vector" | "hybrid";
  readonly why: string | null;
  readonly hits: readonly Hit[];
};

/** A piece of a document with the text around it. */
export type Passage = {
  readonly doc: KnownDocument;
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly page_from: number | null;
  readonly page_to: number | null;
  /** Where it begins and ends in the document's text; null where nobody knows. */
  readonly start_char: number | null;
  readonly end_char: number | null;
  readonly headings: readonly string[];
  /** A picture of its page; null: there is none. */
  readonly image: { readonly url: string } | null;
};

const INDEXES = "/api/app/indexes";
const DOCS = "/api/app/docs";

export const listIndexes = (offset: number) => read<IndexPage>(`${INDEXES}?offset=${offset}`);

export const makeIndex = (name: string) => read<KnowledgeIndex>(INDEXES, json("POST", { name }));

export const getIndex = (id: string, signal?: AbortSignal) => read<KnowledgeIndex>(`${INDEXES}/${id}`, { signal });

export const renameIndex = (id: string, name: string) =>
  read<KnowledgeIndex>(`${INDEXES}/${id}`, json("PATCH", { name }));

export const deleteIndex = (id: string) => request(`${INDEXES}/${id}`, { method: "DELETE" });

export const askIndex = (id: string, question: string, signal: AbortSignal) =>
  read<Found>(`${INDEXES}/${id}/ask`, json("POST", { question }, signal));

export const listDocuments = (owner: DocumentOwner, offset: number, signal?: AbortSignal) =>
  read<DocumentPage>(`${DOCS}?${ownerOf(owner)}&offset=${offset}`, { signal });

/** Where the bytes of a file are sent to become a document of its owner. */
export const documentAddress = (owner: DocumentOwner, name: string): string =>
  `${DOCS}/upload?${ownerOf(owner)}&name=${encodeURIComponent(name.toWellFormed())}`;

export const cancelDocument = (id: string) => read<KnownDocument>(`${DOCS}/${id}/cancel`, { method: "POST" });

export const readDocumentAgain = (id: string) => read<KnownDocument>(`${DOCS}/${id}/again`, { method: "POST" });

export const removeDocument = (id: string) => request(`${DOCS}/${id}`, { method: "DELETE" });

export const readPassage = (docId: string, chunkId: string, signal: AbortSignal) =>
  read<Passage>(`${DOCS}/${docId}/passage?chunk_id=${encodeURIComponent(chunkId)}`, { signal });

export const agentIndexes = (agentId: string, signal?: AbortSignal) =>
  read<{ readonly items: readonly KnowledgeIndex[] }>(`/api/app/agents/${agentId}/indexes`, { signal });

export const setAgentIndexes = (agentId: string, ids: readonly string[]) =>
  read<{ readonly items: readonly KnowledgeIndex[] }>(
    `/api/app/agents/${agentId}/indexes`,
    json("PUT", { index_ids: ids }),
  );

const ownerOf = ({ role, id }: DocumentOwner): string => `${role}_id=${encodeURIComponent(id)}`;
