import { z } from "zod";
import type { Doc, DocOwner } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import { type OffsetPage, pageSql } from "./page.ts";
import { rows } from "./sql.ts";
import { fromBytes } from "./vector-bytes.ts";

export const Metadata = z.record(z.string(), z.unknown()).nullable();
/** A stored vector as plain numbers. */
export const Vector = z.instanceof(Uint8Array).transform((bytes) => Array.from(fromBytes(bytes)));
const DocRow = z.object({
  id: z.string(),
  agentId: z.string().nullable(),
  userId: z.string().nullable(),
  title: z.string(),
  content: z.array(z.string()),
  language: z.string().nullable(),
  metadata: Metadata,
  embeddingModel: z.string().nullable(),
  embeddings: z.array(Vector).nullable(),
  createdAt: z.date(),
});

const ownerColumn = (role: DocOwner["role"]) => (role === "agent" ? `"agentId"` : `"userId"`);

const select = (withEmbeddings: boolean) => `select d.id, d."agentId", d."userId", d.title, d.language, d.metadata,
  d."createdAt", array(select c.content from "DocChunk" c where c."docId" = d.id order by c.position) as content,
  (select min(e.model) from "DocChunk" c join "ChunkEmbedding" e on e."chunkId" = c.id where c."docId" = d.id
   having count(*) = (select count(*) from "DocChunk" c where c."docId" = d.id)) as "embeddingModel",
  ${
    withEmbeddings
      ? `array(select e.vector from "DocChunk" c join "ChunkEmbedding" e on e."chunkId" = c.id where c."docId" = d.id
         order by c.position)`
      : "null::bytea[]"
  } as embeddings from "Doc" d`;

/** Whose the doc of a row is. */
export const ownerOf = (row: { readonly agentId: string | null; readonly userId: string | null }): DocOwner =>
  row.agentId === null ? { role: "user", id: row.userId ?? "" } : { role: "agent", id: row.agentId };

function toDoc(stored: unknown): Doc {
  const { agentId, userId, embeddings, ...row } = DocRow.parse(stored);
  const hasAll = embeddings !== null && embeddings.length > 0 && row.embeddingModel !== null;
  return { ...row, owner: ownerOf({ agentId, userId }), embeddings: hasAll ? embeddings : null };
}

export type NewDoc = {
  readonly id: string;
  readonly owner: DocOwner;
  readonly title: string;
  /** SHA-256 of the content, in hex: the same title and content once for an owner. */
  readonly contentHash: string;
  readonly chunks: readonly { readonly id: string; readonly content: string }[];
  readonly metadata: unknown;
  readonly embedInstruction: string | null;
};

/**
 * Inserts a doc with its pieces. Gives false when the account has no such owner.
 *
 * Throws the violation of "Doc_agentId_title_contentHash_key" or "Doc_userId_title_contentHash_key" as it is.
 */
export async function insertDoc(database: Database, accountId: string, doc: NewDoc): Promise<boolean> {
  const table = doc.owner.role === "agent" ? `"Agent"` : `"User"`;
  const inserted = await rows(
    database,
    `with doc as (
       insert into "Doc" (id, "accountId", ${ownerColumn(doc.owner.role)}, title, "contentHash", metadata,
         "embedInstruction")
       select $1, $2, o.id, $4, $5, $6, $7 from ${table} o where o.id = $3 and o."accountId" = $2 returning id
     ), chunks as (
       insert into "DocChunk" (id, "docId", position, content)
       select c.id, doc.id, c.n - 1, c.content from doc, unnest($8::uuid[], $9::text[]) with ordinality c(id, content, n)
     )
     select id from doc`,
    [
      doc.id,
      accountId,
      doc.owner.id,
      doc.title,
      doc.contentHash,
      doc.metadata === null || doc.metadata === undefined ? null : JSON.stringify(doc.metadata),
      doc.embedInstruction,
      doc.chunks.map((chunk) => chunk.id),
      doc.chunks.map((chunk) => chunk.content),
    ],
  );
  return inserted.length > 0;
}

/** A doc of an agent or a user of the account, or null. */
export async function findDoc(
  database: Database,
  accountId: string,
  id: string,
  withEmbeddings: boolean,
): Promise<Doc | null> {
  const [row] = await rows(
    database,
    `${select(withEmbeddings)} where d.id = $1 and d."accountId" = $2 and (d."agentId" is not null or d."userId" is not null)`,
    [id, accountId],
  );
  return row ? toDoc(row) : null;
}

/** Docs of one owner. A doc never changes, so its time of change is that of its making. */
export async function listDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  page: OffsetPage,
  withEmbeddings: boolean,
): Promise<Doc[]> {
  const { sql, values } = pageSql("d", { ...page, sortBy: "createdAt" }, [accountId, owner.id]);
  const found = await rows(
    database,
    `${select(withEmbeddings)} where d."accountId" = $1 and d.${ownerColumn(owner.role)} = $2 ${sql}`,
    values,
  );
  return found.map(toDoc);
}

/** Deletes a doc of one owner. Gives whether there was one. */
export async function deleteDoc(database: Database, accountId: string, owner: DocOwner, id: string): Promise<boolean> {
  const gone = await rows(
    database,
    `delete from "Doc" where id = $1 and "accountId" = $2 and ${ownerColumn(owner.role)} = $3 returning id`,
    [id, accountId, owner.id],
  );
  return gone.length > 0;
}

/** Deletes the docs of one owner whose metadata contains `filter`; gives their ids. An empty filter is in all. */
export async function deleteDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  filter: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const gone = await rows<{ id: string }>(
    database,
    `delete from "Doc" where "accountId" = $1 and ${ownerColumn(owner.role)} = $2
       and coalesce(metadata, '{}') @> $3::jsonb returning id`,
    [accountId, owner.id, JSON.stringify(filter)],
  );
  return gone.map((row) => row.id);
}
