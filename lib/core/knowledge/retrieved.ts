import { z } from "zod";
import { withoutCitations } from "../../domain/citation.ts";
import type { DocHit } from "../../domain/doc.ts";
import { pictureName } from "../../domain/page-picture.ts";
import { EXCERPT_CHARACTERS, type Recalled, type Source } from "../../domain/source.ts";
import type { Hit } from "../recall/recall.ts";
import { pagesOf } from "./page-pictures.ts";
import type { SourceNumbers } from "./source-numbers.ts";

/** What is told of one piece, and of all of one search, in characters. */
const MOST_OF_PIECE = 8000;
const MOST_IN_ALL = 200_000;

/**
 * As `retrieved`, for the model of a turn: by the numbers of their sources, and with nothing in them that names one.
 */
export const toldPassages = (found: readonly Hit[], drawable: ReadonlySet<string>, numbers: SourceNumbers) =>
  retrieved(found, drawable).map((one) => {
    const { content, metadata, static_fields: place } = one;
    const title = withoutCitations(metadata.file_name);
    const told = { ...one, content: withoutCitations(content), metadata: { ...metadata, file_name: title } };
    return { n: numbers.of(place.chunk_id), ...told };
  });

/**
 * Pieces that were found as LlamaCloud tells retrieved nodes (its SDK, `RetrievalRetrieveResponse`), best first, as far
 * as there is room. Docs that are `drawable` have pictures of their pages as attachments. `parsed_directory_file_id` is
 * the document, `chunk_id`, which is ours, its piece.
 */
export function retrieved(found: readonly Hit[], drawable: ReadonlySet<string>) {
  let room = MOST_IN_ALL;
  return found.flatMap((hit) => {
    room -= Math.min(MOST_OF_PIECE, hit.text.length);
    return room < 0 ? [] : [node(hit, drawable.has(hit.docId))];
  });
}

const node = (hit: Hit, isDrawable: boolean) => ({
  content: hit.text.slice(0, MOST_OF_PIECE).toWellFormed(),
  score: hit.score,
  rerank_score: null,
  metadata: { ...hit.metadata, file_name: hit.title },
  static_fields: {
    page_range_start: hit.pageFrom ?? null,
    page_range_end: hit.pageTo ?? null,
    chunk_index: hit.position,
    chunk_start_char: hit.startChar ?? null,
    chunk_end_char: hit.endChar ?? null,
    parsed_directory_file_id: hit.docId,
    attachments: isDrawable ? pagesOf(hit).map((page) => attachment(page, hit.docId)) : [],
    chunk_id: hit.chunkId,
  },
});

const attachment = (page: number, docId: string) => ({
  attachment_name: pictureName(page),
  source_id: docId,
  type: "screenshot",
});

const Nodes = z.array(
  z.object({
    n: z.int().min(1),
    content: z.string(),
    metadata: z.object({ file_name: z.string() }),
    static_fields: z.object({
      page_range_start: z.number().nullable(),
      page_range_end: z.number().nullable(),
      parsed_directory_file_id: z.guid(),
      chunk_id: z.guid(),
    }),
  }),
);

type Result = { readonly output: unknown; readonly tellsPassages?: true };

/** The pieces that a result of a tool tells of; none where it is not of the server's own tool that looks for them. */
export function sourcesOfResult({ output, tellsPassages }: Result): readonly Source[] {
  const nodes = tellsPassages ? (Nodes.safeParse(output).data ?? []) : [];
  return nodes.map(({ n, content, metadata, static_fields: place }) => ({
    n,
    docId: place.parsed_directory_file_id,
    pieceId: place.chunk_id,
    title: metadata.file_name,
    pageFrom: place.page_range_start,
    pageTo: place.page_range_end,
    excerpt: content.slice(0, EXCERPT_CHARACTERS).toWellFormed(),
    isCitable: true,
  }));
}

const Pictured = z.array(
  z.object({
    static_fields: z.object({
      attachments: z.array(z.object({ attachment_name: z.string(), source_id: z.string() })),
    }),
  }),
);

/** The picture of the best piece in a result that has one, of the server's own tool alone; null: there is none. */
export function pictureOfResult({ output, tellsPassages }: Result) {
  const nodes = tellsPassages ? (Pictured.safeParse(output).data ?? []) : [];
  return nodes.flatMap(({ static_fields }) => static_fields.attachments)[0] ?? null;
}

/** What was recalled for a turn, as its sources; `isCitable`: its prompt tells it by numbers. */
export const recalledHits = (hits: readonly DocHit[], isCitable: boolean): Recalled => ({
  count: hits.length,
  sources: hits.map((hit, n) => ({
    n: n + 1,
    docId: hit.docId,
    pieceId: hit.snippet.id,
    title: hit.title,
    pageFrom: hit.snippet.place?.pageFrom ?? null,
    pageTo: hit.snippet.place?.pageTo ?? null,
    excerpt: hit.snippet.content.slice(0, EXCERPT_CHARACTERS).toWellFormed(),
    isCitable,
  })),
});
