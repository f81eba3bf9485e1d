import { z } from "zod";
import type { Doc, DocOwner, DocOwners } from "../domain/doc.ts";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { JsonObject, jsonInput } from "./prisma.ts";
import { deleteDocRows } from "./sql/docs.ts";
import { rows } from "./sql.ts";
import { violated } from "./violated.ts";

/** The columns that say whose a doc is. */
const ownerWhere = ({ role, id }: DocOwner) => (role === "agent" ? { agentId: id } : { userId: id });

const select = (withEmbeddings: boolean) =>
  ({
    id: true,
    agentId: true,
    userId: true,
    title: true,
    language: true,
    metadata: true,
    createdAt: true,
    chunks: {
      orderBy: { position: "asc" },
      select: { content: true, embedding: { select: { model: true, vector: withEmbeddings } } },
    },
  }) as const satisfies Prisma.DocSelect;

const ownerOf = (row: { readonly agentId: string | null; readonly userId: string | null }): DocOwner =>
  row.agentId === null ? { role: "user", id: row.userId ?? "" } : { role: "agent", id: row.agentId };

function toDoc(row: Prisma.DocGetPayload<{ select: ReturnType<typeof select> }>): Doc {
  const { agentId, userId, chunks, metadata, ...fields } = row;
  const known = chunks.flatMap(({ embedding }) => embedding ?? []);
  const vectors = known.flatMap(({ vector }) => (vector ? [Array.from(fromBytes(vector))] : []));
  const isEmbedded = chunks.length > 0 && known.length === chunks.length;
  return {
    ...fields,
    metadata: JsonObject.parse(metadata),
    owner: ownerOf({ agentId, userId }),
    content: chunks.map(({ content }) => content),
    embeddingModel: isEmbedded ? (known[0]?.model ?? null) : null,
    embeddings: isEmbedded && vectors.length > 0 ? vectors : null,
  };
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
  const { id, owner, title, contentHash, chunks, metadata, embedInstruction } = doc;
  if (!(await hasOwner(database, accountId, owner))) return false;
  const pieces = chunks.map((chunk, position) => ({ ...chunk, position }));
  const fields = { id, accountId, title, contentHash, embedInstruction, metadata: jsonInput(metadata) };
  const data = { ...fields, ...ownerWhere(owner) };
  try {
    await database.prisma.doc.create({
      data: { ...data, chunks: { createMany: { data: pieces } } },
      select: { id: true },
    });
    return true;
  } catch (thrown) {
    // The owner went meanwhile.
    if (/^Doc_(?:agentId|userId)_fkey$/u.test(violated(thrown) ?? "")) return false;
    throw thrown;
  }
}

async function hasOwner({ prisma }: Database, accountId: string, { role, id }: DocOwner): Promise<boolean> {
  const where = { id, accountId };
  const found = role === "agent" ? await prisma.agent.count({ where }) : await prisma.user.count({ where });
  return found > 0;
}

/** A doc of an agent or a user of the account, or null. */
export async function findDoc(
  database: Database,
  accountId: string,
  id: string,
  withEmbeddings: boolean,
): Promise<Doc | null> {
  const isOwned = { OR: [{ agentId: { not: null } }, { userId: { not: null } }] };
  const where = { id, accountId, ...isOwned };
  const row = await database.prisma.doc.findFirst({ where, select: select(withEmbeddings) });
  return row && toDoc(row);
}

/** Docs of one owner. A doc never changes, so its time of change is that of its making. */
export async function listDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  page: OffsetPage,
  withEmbeddings: boolean,
): Promise<Doc[]> {
  const { direction } = page;
  const found = await database.prisma.doc.findMany({
    where: { accountId, ...ownerWhere(owner), ...metadataWhere(page) },
    ...pageOf(page),
    orderBy: [{ createdAt: direction }, { id: direction }],
    select: select(withEmbeddings),
  });
  return found.map(toDoc);
}

/** Deletes a doc of one owner. Gives whether there was one. */
export async function deleteDoc(database: Database, accountId: string, owner: DocOwner, id: string): Promise<boolean> {
  const { count } = await database.prisma.doc.deleteMany({ where: { id, accountId, ...ownerWhere(owner) } });
  return count > 0;
}

/** Deletes the docs of one owner whose metadata contains `filter`; gives their ids. An empty filter is in all. */
export async function deleteDocs(
  database: Database,
  accountId: string,
  owner: DocOwner,
  filter: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const { agentId = null, userId = null }: { agentId?: string | null; userId?: string | null } = ownerWhere(owner);
  const gone = await deleteDocRows(database, { accountId, agentId, userId, filter });
  return gone.map(({ id }) => id);
}

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

const Vector = z.instanceof(Uint8Array).transform((bytes) => Array.from(fromBytes(bytes)));
const ChunkRow = z.object({
  id: z.string(),
  docId: z.string(),
  agentId: z.string().nullable(),
  userId: z.string().nullable(),
  title: z.string(),
  metadata: JsonObject,
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

/** 32-bit floats, little-endian, scaled to length 1. */
function toBytes(vector: readonly number[]): Buffer {
  const length = Math.hypot(...vector) || 1;
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [n, value] of vector.entries()) bytes.writeFloatLE(value / length, n * 4);
  return bytes;
}

function fromBytes(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, n) => view.getFloat32(n * 4, true));
}
