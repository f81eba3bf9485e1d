import { z } from "zod";
import { MOST_INDEXES } from "../../core/agent-index-ids.ts";
import type { Index } from "../../core/indexes.ts";
import type { Document, Passage } from "../../core/knowledge/documents.ts";
import type { Found } from "../../core/knowledge/look-up.ts";
import type { DocOwner } from "../../domain/doc.ts";
import { pictureName } from "../../domain/page-picture.ts";
import { LONG_TEXT, list, SHORT_TEXT, text } from "../bounds.ts";
import { integerText } from "../integer-text.ts";
import { fault } from "./schema.ts";

// Indexes and documents as the web app sends and gets them.

const name = z.string().trim().max(255, { abort: true }).min(1, fault("Give the index a name"));
const description = text(4000).nullable();

/** An index to be made. */
export const IndexBody = z.object({ name, description: description.optional() });
/** Absent: it stays. */
export const IndexPatch = z.object({ name, description }).partial();
/** Where a page of a list begins. */
export const OffsetQuery = z.object({ offset: integerText(z.number().min(0).max(1_000_000)).optional() });
export const AgentIndexesBody = z.object({ index_ids: list(text(SHORT_TEXT), MOST_INDEXES) });
export const AskBody = z.object({
  question: text(2000).refine((asked) => asked.trim() !== "", fault("Ask something")),
  limit: z.int().min(1).max(50).nullish(),
});

/** So many indexes or documents are in a page. */
export const PAGE = 50;

const OWNERS = ["index_id", "agent_id", "session_id", "project_id", "user_id"] as const;
const ownerId = text(SHORT_TEXT).nullish();
const owners = z.object({
  index_id: ownerId,
  agent_id: ownerId,
  session_id: ownerId,
  project_id: ownerId,
  user_id: ownerId,
});
const hasOneOwner = (given: object): boolean => ownersIn(given).length === 1;
const ONE_OWNER = fault("Name one of index_id, agent_id, session_id, project_id and user_id");

function ownersIn(given: object): DocOwner[] {
  const values = new Map(Object.entries(given));
  return OWNERS.flatMap((key) => {
    const id: unknown = values.get(key);
    const role = ROLES[key];
    return typeof id === "string" ? [{ role, id }] : [];
  });
}

const ROLES: Readonly<Record<(typeof OWNERS)[number], DocOwner["role"]>> = {
  index_id: "index",
  agent_id: "agent",
  session_id: "session",
  project_id: "project",
  user_id: "user",
};

/** Whose documents are listed. */
export const DocsQuery = owners.extend(OffsetQuery.shape).refine(hasOneOwner, ONE_OWNER);
/** Whose document an upload becomes, and how it is called. */
export const DocUploadQuery = owners.extend({ name: text(2000) }).refine(hasOneOwner, ONE_OWNER);
/** A document of a file that was uploaded, or of a text. */
export const DocBody = owners
  .extend({
    title: text(SHORT_TEXT).nullish(),
    file_id: text(SHORT_TEXT).nullish(),
    text: text(LONG_TEXT).nullish(),
  })
  .refine(hasOneOwner, ONE_OWNER)
  .refine((body) => (body.file_id == null) !== (body.text == null), fault("Give file_id or text"))
  .refine((body) => body.text == null || (body.title?.trim() ?? "") !== "", {
    ...fault("Give the text a title"),
    path: ["title"],
  });
/** Which piece of a document is asked for. */
export const PassageQuery = z.object({ chunk_id: text(SHORT_TEXT) });

/** The owner that a body or a query names. */
export function ownerIn(given: object): DocOwner {
  const [owner] = ownersIn(given);
  // The schema has seen that there is one.
  if (!owner) throw new Error("A document of nobody");
  return owner;
}

export const encodeIndexDetails = ({ ready, pending, failed, ...index }: Index) => ({
  id: index.id,
  name: index.name,
  description: index.description,
  project_id: index.projectId,
  documents: { all: ready + pending + failed, ready, pending, failed },
  size: index.size,
  created_at: index.createdAt.toISOString(),
  updated_at: index.updatedAt.toISOString(),
});

/** The first of a page, and whether there are more: one more than a page was read. */
export const encodeListed = <Item, Wire>(items: readonly Item[], encode: (item: Item) => Wire) => ({
  items: items.slice(0, PAGE).map(encode),
  has_more: items.length > PAGE,
});

export const encodeDocument = (doc: Document) => ({
  id: doc.id,
  title: doc.title,
  owner: { type: doc.owner.role, id: doc.owner.id },
  state: doc.state,
  reason: doc.reason,
  progress: doc.progress,
  pages: doc.pages,
  characters: doc.characters,
  size: doc.size,
  media_type: doc.mediaType,
  file_id: doc.fileId,
  created_at: doc.createdAt.toISOString(),
});

const pictureUrl = (docId: string, page: number): string =>
  `/api/v1/beta/attachments/${pictureName(page)}?source_id=${docId}`;

export const encodePassage = ({ document, piece, before, after, drawable }: Passage) => ({
  doc: encodeDocument(document),
  chunk_id: piece.id,
  position: piece.position,
  text: piece.content,
  before,
  after,
  page_from: piece.pageFrom,
  page_to: piece.pageTo,
  start_char: piece.startChar,
  end_char: piece.endChar,
  headings: piece.headings,
  // Drawn when it is asked for.
  image: drawable === null ? null : { url: pictureUrl(document.id, drawable) },
});

/** What was found, numbered from 1. */
export const encodeFound = ({ mode, why, hits }: Found) => ({
  mode,
  why,
  hits: hits.map((hit, n) => ({
    n: n + 1,
    doc_id: hit.docId,
    chunk_id: hit.chunkId,
    position: hit.position,
    title: hit.title,
    text: hit.text,
    score: hit.score,
    text_score: hit.textScore ?? null,
    vector_score: hit.vectorScore ?? null,
    page_from: hit.pageFrom ?? null,
    page_to: hit.pageTo ?? null,
    headings: hit.headings,
  })),
});
