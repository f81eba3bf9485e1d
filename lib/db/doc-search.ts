import { z } from "zod";
import type { DocOwners } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import { Metadata, ownerOf, Vector } from "./docs.ts";
import { rows } from "./sql.ts";
import { fromBytes, toBytes } from "./vector-bytes.ts";

/** Which docs a search looks into: all conditions hold, the owners are the account's. */
export type DocScope = {
  readonly accountId: string;
  readonly owners: DocOwners;
  /** Must be contained in the metadata of a doc. */
  readonly metadataFilter: Readonly<Record<string, unknown>>;
};

const IN_SCOPE = `d."accountId" = $1 and (d."agentId" = any($2::uuid[]) or d."userId" = any($3::uuid[]))
  and coalesce(d.metadata, '{}') @> $4::jsonb`;
const scopeValues = ({ accountId, owners, metadataFilter }: DocScope) => [
  accountId,
  owners.agentIds,
  owners.userIds,
  JSON.stringify(metadataFilter),
];

export type ScoredChunk = { readonly id: string; readonly score: number };

/**
 * Pieces that have any of the words or a word that begins with its stem, best first, with PostgreSQL's rank.
 *
 * `language` is a text search configuration: its stop words are left out and its stems are looked for.
 */
export async function searchWords(
  database: Database,
  scope: DocScope,
  language: string,
  words: readonly string[],
  limit: number,
): Promise<ScoredChunk[]> {
  return rows<{ id: string; score: number }>(
    database,
    `with words as (
       select w, (tsvector_to_array(to_tsvector($5::regconfig, w)))[1] as stem from unnest($6::text[]) w
     ), query as (
       select to_tsquery('simple', string_agg('''' || case when starts_with(w, stem) then stem else w end || ''':*', ' | ')) as q
       from words where stem is not null
     )
     select c.id, ts_rank(to_tsvector('simple', c.content), query.q)::float8 as score
     from query, "DocChunk" c join "Doc" d on d.id = c."docId"
     where ${IN_SCOPE} and to_tsvector('simple', c.content) @@ query.q
     order by score desc, c.id limit $7`,
    [...scopeValues(scope), language, words, limit],
  );
}

/** The latest pieces in scope, with their text. */
export async function listChunks(
  database: Database,
  scope: DocScope,
  limit: number,
): Promise<{ readonly id: string; readonly content: string }[]> {
  return rows<{ id: string; content: string }>(
    database,
    `select c.id, c.content from "DocChunk" c join "Doc" d on d.id = c."docId" where ${IN_SCOPE}
     order by d."createdAt" desc, c.id limit $5`,
    [...scopeValues(scope), limit],
  );
}

/** The latest pieces in scope that `model` has embedded, with their vectors of length 1. */
export async function listEmbeddings(
  database: Database,
  scope: DocScope,
  model: string,
  limit: number,
): Promise<{ readonly id: string; readonly vector: Float32Array }[]> {
  const found = await rows<{ id: string; vector: Uint8Array }>(
    database,
    `select c.id, e.vector from "ChunkEmbedding" e join "DocChunk" c on c.id = e."chunkId"
     join "Doc" d on d.id = c."docId" where ${IN_SCOPE} and e.model = $5 order by d."createdAt" desc, c.id limit $6`,
    [...scopeValues(scope), model, limit],
  );
  return found.map(({ id, vector }) => ({ id, vector: fromBytes(vector) }));
}

const ChunkRow = z.object({
  id: z.string(),
  docId: z.string(),
  agentId: z.string().nullable(),
  userId: z.string().nullable(),
  title: z.string(),
  metadata: Metadata,
  index: z.number(),
  content: z.string(),
  vector: Vector.nullable(),
});

/** Pieces by their ids, in no order, each with its doc. */
export async function findChunks(database: Database, accountId: string, ids: readonly string[]) {
  const found = await rows(
    database,
    `select c.id, c."docId", d."agentId", d."userId", d.title, d.metadata, c.position as index, c.content, e.vector
     from "DocChunk" c join "Doc" d on d.id = c."docId" left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d."accountId" = $1 and c.id = any($2::uuid[])`,
    [accountId, ids],
  );
  return found.map((row) => {
    const { agentId, userId, ...chunk } = ChunkRow.parse(row);
    return { ...chunk, owner: ownerOf({ agentId, userId }) };
  });
}

export type PendingChunk = {
  readonly id: string;
  readonly docId: string;
  readonly content: string;
  readonly embedInstruction: string | null;
};

/** Pieces of agents' and users' docs that `model` has not embedded, the oldest docs first. */
export async function listPendingChunks(database: Database, model: string, limit: number): Promise<PendingChunk[]> {
  return rows<PendingChunk>(
    database,
    `select c.id, c."docId", c.content, d."embedInstruction" from "Doc" d join "DocChunk" c on c."docId" = d.id
     left join "ChunkEmbedding" e on e."chunkId" = c.id
     where d.state = 'ready' and (d."agentId" is not null or d."userId" is not null)
       and (e."chunkId" is null or e.model <> $1) order by d."createdAt", d.id, c.position limit $2`,
    [model, limit],
  );
}

/** Stores what a model says of pieces. A piece that has been deleted meanwhile is passed over. */
export async function insertEmbeddings(
  database: Database,
  model: string,
  embeddings: readonly { readonly chunkId: string; readonly vector: readonly number[] }[],
): Promise<void> {
  await rows(
    database,
    `insert into "ChunkEmbedding" ("chunkId", model, vector)
     select c.id, $1, x.vector from unnest($2::uuid[], $3::bytea[]) x(id, vector) join "DocChunk" c on c.id = x.id
     on conflict ("chunkId") do update set model = excluded.model, vector = excluded.vector`,
    [model, embeddings.map(({ chunkId }) => chunkId), embeddings.map(({ vector }) => toBytes(vector))],
  );
}

/** Marks a doc as one that is not to be embedded. */
export async function failDoc(database: Database, id: string): Promise<void> {
  await rows(database, `update "Doc" set state = 'failed' where id = $1`, [id]);
}
