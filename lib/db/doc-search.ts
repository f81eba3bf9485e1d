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

/** A search for a common word ranks so many of the latest pieces that have it. */
const RANKED = 5000;

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
     ), matched as (
       select c.id, c.search from query, "DocChunk" c join "Doc" d on d.id = c."docId"
       where ${IN_SCOPE} and c.search @@ query.q order by d."createdAt" desc, c.id limit $8
     )
     select m.id, ts_rank(m.search, query.q)::float8 as score from query, matched m
     order by score desc, m.id limit $7`,
    [...scopeValues(scope), language, words, limit, RANKED],
  );
}

/** The beginnings, of so many characters, of the latest pieces in scope. */
export async function listBeginnings(
  database: Database,
  scope: DocScope,
  characters: number,
  page: { readonly from: number; readonly limit: number },
): Promise<{ readonly id: string; readonly content: string }[]> {
  return rows<{ id: string; content: string }>(
    database,
    // The inner list is sorted before any text is cut.
    `select p.id, left(p.content, $5) as content from (
       select c.id, c.content from "DocChunk" c join "Doc" d on d.id = c."docId" where ${IN_SCOPE}
       order by d."createdAt" desc, c.id offset $6 limit $7) p`,
    [...scopeValues(scope), characters, page.from, page.limit],
  );
}

/**
 * The pieces in scope that `model` has embedded and whose fingerprints are most alike to one, nearest first: `limit` of
 * the latest `among`. A piece that has no fingerprint yet counts as alike.
 */
export async function nearestChunks(
  database: Database,
  scope: DocScope,
  model: string,
  print: string,
  { among, limit }: { readonly among: number; readonly limit: number },
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    database,
    `with latest as (
       select c.id, e.fingerprint from "Doc" d join "DocChunk" c on c."docId" = d.id
       join "ChunkEmbedding" e on e."chunkId" = c.id
       where ${IN_SCOPE} and e.model = $5 order by d."createdAt" desc, c.id limit $6
     )
     select id from latest order by coalesce(bit_count(fingerprint # $7::varbit), 0), id limit $8`,
    [...scopeValues(scope), model, among, print, limit],
  );
  return found.map(({ id }) => id);
}

/** The vectors of pieces of an account, of length 1, in no order. */
export async function readVectors(
  database: Database,
  accountId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly vector: Float32Array }[]> {
  const found = await rows<{ id: string; vector: Uint8Array }>(
    database,
    `select c.id, e.vector from "ChunkEmbedding" e join "DocChunk" c on c.id = e."chunkId"
     join "Doc" d on d.id = c."docId" where d."accountId" = $1 and c.id = any($2::uuid[])`,
    [accountId, ids],
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
  embeddings: readonly {
    readonly chunkId: string;
    readonly vector: readonly number[];
    readonly fingerprint: string;
  }[],
): Promise<void> {
  await rows(
    database,
    `insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
     select c.id, $1, x.vector, x.fingerprint::varbit
     from unnest($2::uuid[], $3::bytea[], $4::text[]) x(id, vector, fingerprint) join "DocChunk" c on c.id = x.id
     on conflict ("chunkId")
       do update set model = excluded.model, vector = excluded.vector, fingerprint = excluded.fingerprint`,
    [
      model,
      embeddings.map(({ chunkId }) => chunkId),
      embeddings.map(({ vector }) => toBytes(vector)),
      embeddings.map((one) => one.fingerprint),
    ],
  );
}

/** Embedded pieces without a fingerprint, with their vectors. */
export async function listWithoutFingerprint(
  database: Database,
  limit: number,
): Promise<{ readonly chunkId: string; readonly vector: Float32Array }[]> {
  const found = await rows<{ chunkId: string; vector: Uint8Array }>(
    database,
    `select "chunkId", vector from "ChunkEmbedding" where fingerprint is null limit $1`,
    [limit],
  );
  return found.map(({ chunkId, vector }) => ({ chunkId, vector: fromBytes(vector) }));
}

/** Sets the fingerprints of pieces. */
export async function setFingerprints(
  database: Database,
  prints: readonly { readonly chunkId: string; readonly fingerprint: string }[],
): Promise<void> {
  await rows(
    database,
    `update "ChunkEmbedding" e set fingerprint = x.fingerprint::varbit
     from unnest($1::uuid[], $2::text[]) x(id, fingerprint) where e."chunkId" = x.id and e.fingerprint is null`,
    [prints.map(({ chunkId }) => chunkId), prints.map((one) => one.fingerprint)],
  );
}

/** Marks a doc as one that is not to be embedded. */
export async function failDoc(database: Database, id: string): Promise<void> {
  await rows(database, `update "Doc" set state = 'failed' where id = $1`, [id]);
}
