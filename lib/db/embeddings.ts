import type { Database } from "./database.ts";
import {
  copyEmbeddingRows,
  failDocRow,
  insertEmbeddingRows,
  listPendingAccountRows,
  listPendingChunkRows,
  listRowsWithoutFingerprint,
  setFingerprintRows,
} from "./sql/embeddings.ts";
import { toBytes } from "./vector-bytes.ts";
import { alsoIndexed } from "./vector-tables.ts";

// Vectors of pieces: which are missing, and how they are stored.

export type PendingChunk = {
  readonly id: string;
  readonly docId: string;
  readonly docCreatedAt: Date;
  readonly content: string;
  readonly headings: readonly string[];
  readonly embedInstruction: string | null;
};

/** Where to begin among the docs of an account: they stand in the order in which they were made. */
export type DocPlace = { readonly createdAt: Date; readonly docId: string };
const BEGINNING: DocPlace = { createdAt: new Date(0), docId: "00000000-0000-0000-0000-000000000000" };

/**
 * At most `limit` accounts, but for some, that have pieces which `model` has not embedded, each time in another order.
 */
export async function listPendingAccounts(
  database: Database,
  model: string,
  exceptAccountIds: readonly string[],
  limit: number,
): Promise<string[]> {
  return (await listPendingAccountRows(database, { model, exceptAccountIds, limit })).map(({ id }) => id);
}

/** Pieces of an account's docs that `model` has not embedded, the oldest docs first; null: from the beginning. */
export async function listPendingChunks(
  database: Database,
  model: string,
  accountId: string,
  from: DocPlace | null,
  limit: number,
): Promise<PendingChunk[]> {
  return listPendingChunkRows(database, { model, accountId, ...(from ?? BEGINNING), limit });
}

/** What a model says of a piece. */
type Embedding = { readonly chunkId: string; readonly vector: readonly number[]; readonly fingerprint: string };

/** Stores what a model says of pieces, in its index, too. A piece that has been deleted meanwhile is passed over. */
export async function insertEmbeddings(
  database: Database,
  model: string,
  embeddings: readonly Embedding[],
): Promise<void> {
  await alsoIndexed(database, model, async (connection) => {
    await insertEmbeddingRows(connection, {
      model,
      chunkIds: embeddings.map(({ chunkId }) => chunkId),
      vectors: embeddings.map(({ vector }) => toBytes(vector)),
      fingerprints: embeddings.map((one) => one.fingerprint),
    });
    return embeddings;
  });
}

/**
 * Copies what a model has said of the same text in the same account to pieces. Gives the ids of those that have it now.
 */
export async function copyEmbeddings(
  database: Database,
  model: string,
  chunkIds: readonly string[],
): Promise<string[]> {
  const copied = await alsoIndexed(database, model, (connection) => copyEmbeddingRows(connection, { model, chunkIds }));
  return copied.map(({ chunkId }) => chunkId);
}

/** Embedded pieces without a fingerprint, with their vectors. */
export async function listWithoutFingerprint(
  database: Database,
  limit: number,
): Promise<{ readonly chunkId: string; readonly vector: Float32Array }[]> {
  return listRowsWithoutFingerprint(database, { limit });
}

/** Sets the fingerprints of pieces. */
export async function setFingerprints(
  database: Database,
  prints: readonly { readonly chunkId: string; readonly fingerprint: string }[],
): Promise<void> {
  await setFingerprintRows(database, {
    chunkIds: prints.map(({ chunkId }) => chunkId),
    fingerprints: prints.map((one) => one.fingerprint),
  });
}

/** Marks a doc as one that is not to be embedded, for a reason, a sentence. */
export async function failDoc(database: Database, id: string, reason: string): Promise<void> {
  await failDocRow(database, { id, reason });
}
