import { z } from "zod";
import { count, id, object, time } from "../reference.ts";

// What callers get of indexes, directories, files and retrieval. Where a field is ours, it is said.

export const Index = z
  .strictObject({
    id,
    name: z.string(),
    description: z.string().nullable(),
    project_id: id,
    source_directory_id: id.describe("The index's own id: a directory and the index over it are one thing here"),
    output_directory_id: id.describe("The index's own id"),
    sync_config_id: id.describe("The index's own id"),
    export_config_id: id.describe("The index's own id"),
    metadata: z.strictObject({
      state: z.enum(["building", "ready"]).describe("building: some documents are being read"),
      documents: z.strictObject({ ready: count, pending: count, failed: count }),
    }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "LlamaCloudIndex" });

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next_page_token: z.string().nullable() });
export const IndexPage = pageOf(Index);

export const Directory = z
  .strictObject({
    id,
    name: z.string(),
    description: z.string().nullable(),
    project_id: id,
    type: z.literal("user"),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "LlamaCloudDirectory" });
export const DirectoryPage = pageOf(Directory);

export const DirectoryFile = z
  .strictObject({
    id,
    directory_id: id,
    project_id: id,
    display_name: z.string(),
    unique_id: z.string().describe("Its name"),
    file_id: id.nullable(),
    metadata: object,
    created_at: time,
    state: z
      .enum(["pending", "ready", "failed"])
      .describe("Ours: whether it is being read, is found, or cannot be read"),
    reason: z.string().describe("Ours: why it failed, in a sentence"),
    progress: z.number().min(0).max(100).describe("Ours: how much of it is read, in per cent"),
  })
  .meta({ id: "LlamaCloudDirectoryFile" });
export const DirectoryFilePage = pageOf(DirectoryFile);

export const LibraryFile = z
  .strictObject({
    id,
    name: z.string(),
    project_id: id,
    file_type: z.string().nullable(),
    purpose: z.string().nullable(),
    expires_at: time.optional().describe("Until then it stays although nothing refers to it"),
  })
  .meta({ id: "LlamaCloudFile" });

const place = z.number().nullable();
export const Retrieved = z.strictObject({
  results: z.array(
    z.strictObject({
      content: z.string(),
      score: z.number(),
      rerank_score: z.null(),
      metadata: object.describe("The document's own, with its name as file_name"),
      static_fields: z.strictObject({
        page_range_start: place,
        page_range_end: place,
        chunk_index: count,
        chunk_start_char: place,
        chunk_end_char: place,
        parsed_directory_file_id: id,
        attachments: z
          .array(z.strictObject({ attachment_name: z.string(), source_id: id, type: z.literal("screenshot") }))
          .describe("Pictures of its first pages, of a PDF alone; none where the server has nothing that draws"),
        chunk_id: id.describe("Ours"),
      }),
    }),
  ),
});
export const FoundFiles = pageOf(z.strictObject({ file_id: id, file_name: z.string() }));
export const Matches = pageOf(z.strictObject({ content: z.string(), start_char: count, end_char: count }));
export const ReadText = z.strictObject({ content: z.string() });
