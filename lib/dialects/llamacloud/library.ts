import { z } from "zod";
import { getIndex, type Index } from "../../core/indexes.ts";
import type { Document } from "../../core/knowledge/documents.ts";
import type { Scope } from "../../core/scope.ts";
import { ChatError } from "../../domain/errors.ts";
import type { FileInfo } from "../../domain/file.ts";
import { isId } from "../../domain/ids.ts";
import { anyJson, jsonObject, list, record, SHORT_TEXT, text } from "../bounds.ts";
import { integerText } from "../integer-text.ts";
import { projectOf } from "./decode.ts";
import { ScopeQuery } from "./schema.ts";

// Indexes, directories, files and retrieval as LlamaCloud's SDK calls them (2.16.0: beta.indexes, beta.directories,
// files, beta.retrieval). Here a directory and the index over it are one thing with one id.

const MOST_IN_PAGE = 100;
/** A search is kept to so many documents. */
const MOST_DOCUMENTS = 100;
const fault = (message: string) => ({ error: `Value error, ${message}`, params: { type: "value_error" } });
const pageSize = z.int().min(0);

/** Whose page a picture shows. */
export const AttachmentQuery = ScopeQuery.extend({ source_id: text(SHORT_TEXT).describe("The document") });

/** A list by pages; a page of 0 is one of the usual size. */
export const PageQuery = ScopeQuery.extend({
  page_size: integerText(z.number().min(0)).optional().describe("20 without it, at most 100"),
  page_token: text(SHORT_TEXT).optional().describe("The `next_page_token` of the page before"),
});
export const IndexListQuery = PageQuery.extend({ source_directory_id: text(SHORT_TEXT).optional() });

const Name = text(255).refine((name) => name.trim() !== "", fault("name must not be blank"));
const Description = text(4000).nullish();

export const IndexCreateBody = z
  .object({
    name: Name.nullish().describe("Required without source_directory_id"),
    description: Description,
    source_directory_id: text(SHORT_TEXT).nullish().describe("The directory that the index is over"),
    products: anyJson().optional().describe("Documents are read in one way alone: this changes nothing"),
    store_attachments: anyJson().optional().describe("Pages are drawn when they are asked for: this changes nothing"),
    sync_frequency: anyJson().optional().describe("Documents are read when they come: this changes nothing"),
    vector_target: anyJson().optional().describe("This changes nothing"),
  })
  .refine(({ name, source_directory_id }) => name != null || source_directory_id != null, {
    ...fault("give name or source_directory_id"),
    path: ["name"],
  });

export const DirectoryBody = z.object({ name: Name, description: Description });

export const AddFileBody = z.object({
  file_id: text(SHORT_TEXT),
  display_name: Name.nullish(),
  metadata: jsonObject().nullish(),
  unique_id: text(SHORT_TEXT).nullish().describe("A document is told by its name: this changes nothing"),
});

const Filter = z.object({ operator: text(20), value: anyJson() });

export const RetrieveBody = z.object({
  index_id: text(SHORT_TEXT),
  query: text(2000).refine((query) => query.trim() !== "", fault("query must not be blank")),
  top_k: z.int().min(1).nullish().describe("10 without it; more than 50 counts as 50"),
  score_threshold: z.number().nullish(),
  custom_filters: record(z.union([Filter, list(Filter, 20)]).nullable())
    .nullish()
    .describe("Conditions on metadata; the operator eq with a text, a number or a boolean is taken, one for each key"),
  full_text_pipeline_weight: anyJson().optional().describe("This changes nothing"),
  vector_pipeline_weight: anyJson().optional().describe("This changes nothing"),
  num_candidates: anyJson().optional().describe("This changes nothing"),
  rerank: anyJson().optional().describe("Nothing is reranked: this changes nothing"),
  static_filters: z
    .object({ parsed_directory_file_id: Filter.nullish() })
    .nullish()
    .describe("One document, or up to 100: the operators eq and in are taken"),
});

const pageBody = { page_size: pageSize.nullish(), page_token: text(SHORT_TEXT).nullish() };

export const FindBody = z.object({
  index_id: text(SHORT_TEXT),
  file_name: text(SHORT_TEXT).nullish().describe("The whole name"),
  file_name_contains: text(SHORT_TEXT).nullish().describe("A part of it, in whatever case"),
  ...pageBody,
});

export const GrepBody = z.object({
  index_id: text(SHORT_TEXT),
  file_id: text(SHORT_TEXT),
  pattern: text(500).min(1).describe("A regular expression in the syntax of RE2, at most 500 characters"),
  context_chars: z.int().min(0).nullish().describe("At most 1,000, and none of other lines"),
  ...pageBody,
});

export const ReadBody = z.object({
  index_id: text(SHORT_TEXT),
  file_id: text(SHORT_TEXT),
  offset: z.int().min(0).max(2_000_000_000).nullish(),
  max_length: z.int().min(1).nullish().describe("At most 1,000,000, and so many without it"),
});

/** Where a page begins and how long it is. Throws "bad-request" for a token that no answer has given. */
export function pageOf({
  page_size: size,
  page_token: token,
}: {
  readonly page_size?: number | null;
  readonly page_token?: string | null;
}): { readonly offset: number; readonly limit: number } {
  const limit = Math.min(size || 20, MOST_IN_PAGE);
  if (token == null || token === "") return { offset: 0, limit };
  const [, offset] = /^from:(\d{1,9})$/u.exec(Buffer.from(token, "base64url").toString("latin1")) ?? [];
  if (offset === undefined) throw new ChatError("bad-request", "Invalid page_token", { field: "page_token" });
  return { offset: Number(offset), limit };
}

/** A page of what was found, where one more than a page was asked for. */
export function encodeItems<Item, Wire>(
  found: readonly Item[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
  encode: (item: Item) => Wire,
) {
  const hasMore = found.length > limit;
  return {
    items: found.slice(0, limit).map(encode),
    next_page_token: hasMore ? Buffer.from(`from:${offset + limit}`).toString("base64url") : null,
  };
}

/** The index that a call is about, in the project that it names. Throws "not-found". */
export const indexOf = async (scope: Scope, query: ScopeQuery, id: string): Promise<Index> =>
  getIndex(scope, await projectOf(scope, query), id);

const refuse = (message: string, field: string) => new ChatError("bad-request", message, { field });

/** Which documents alone are looked into; undefined: all. Throws "bad-request" for what is not offered. */
export function docFilter({ static_filters }: z.output<typeof RetrieveBody>): readonly string[] | undefined {
  const filter = static_filters?.parsed_directory_file_id;
  if (!filter) return undefined;
  const ids = z
    .array(z.string())
    .max(MOST_DOCUMENTS)
    .safeParse(filter.operator === "eq" ? [filter.value] : filter.value);
  if (ids.success && (filter.operator === "eq" || filter.operator === "in")) return ids.data.filter(isId);
  throw refuse(`Name one document with eq, or up to ${MOST_DOCUMENTS} with in`, "static_filters");
}

/** Conditions on metadata as they are looked for. Throws "bad-request" for what is not offered. */
export function metadataFilter({ custom_filters }: z.output<typeof RetrieveBody>) {
  const conditions = Object.entries(custom_filters ?? {}).flatMap(([key, given]) => {
    const filters = given === null ? [] : [given].flat();
    if (filters.length > 1) throw refuse(`Give one condition for "${key}"`, "custom_filters");
    return filters.map((filter): [string, unknown] => [key, equalTo(filter)]);
  });
  return Object.fromEntries(conditions);
}

/** What a value must be. Of lists and objects, docs are found that contain them, which is not eq. */
function equalTo({ operator, value }: z.output<typeof Filter>): string | number | boolean {
  if (operator !== "eq") throw refuse(`The operator "${operator}" is not offered: use eq`, "custom_filters");
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw refuse("The operator eq takes a text, a number or a boolean", "custom_filters");
}

/** A file that is sent and not used is kept for so long. */
const HELD_MS = 60 * 60_000;

/** A file. `expiresFrom`: when it was sent; null: it is not told how long it is kept. */
export const encodeLibraryFile = (
  file: FileInfo,
  { projectId, purpose, expiresFrom }: { projectId: string; purpose: string | null; expiresFrom: number | null },
) => ({
  id: file.id,
  name: file.name,
  project_id: projectId,
  file_type: /\.([^.]{1,16})$/u.exec(file.name)?.[1]?.toLowerCase() ?? null,
  purpose,
  ...(expiresFrom === null ? {} : { expires_at: new Date(expiresFrom + HELD_MS).toISOString() }),
});

/**
 * An index: the companion routes of the contract, section 8. All that the SDK asks for beside it is the index itself.
 */
export const encodeIndex = ({ ready, pending, failed, ...index }: Index) => ({
  id: index.id,
  name: index.name,
  description: index.description,
  project_id: index.projectId,
  source_directory_id: index.id,
  output_directory_id: index.id,
  sync_config_id: index.id,
  export_config_id: index.id,
  metadata: { state: pending > 0 ? "building" : "ready", documents: { ready, pending, failed } },
  created_at: index.createdAt.toISOString(),
  updated_at: index.updatedAt.toISOString(),
});

export const encodeDirectory = (index: Index) => ({
  id: index.id,
  name: index.name,
  description: index.description,
  project_id: index.projectId,
  type: "user" as const,
  created_at: index.createdAt.toISOString(),
  updated_at: index.updatedAt.toISOString(),
});

/** A document of an index as a file of its directory. */
export const encodeDirectoryFile = (doc: Document, { id, projectId }: Pick<Index, "id" | "projectId">) => ({
  id: doc.id,
  directory_id: id,
  project_id: projectId,
  display_name: doc.title,
  unique_id: doc.title,
  file_id: doc.fileId,
  metadata: doc.metadata ?? {},
  created_at: doc.createdAt.toISOString(),
  state: doc.state,
  reason: doc.reason,
  progress: doc.progress,
});

/** Metadata as a form sends it: a JSON object as text, which `parse` reads. Throws "bad-request" for anything else. */
export function metadataField(
  value: string | undefined,
  parse: (text: string) => unknown,
): Readonly<Record<string, unknown>> | null {
  if (value === undefined || value === "") return null;
  try {
    return jsonObject().parse(parse(value));
  } catch {
    throw new ChatError("bad-request", "metadata should be a JSON object", { field: "metadata" });
  }
}
