import {
  failDoc,
  insertEmbeddings,
  listPendingChunks,
  listWithoutFingerprint,
  type PendingChunk,
  setFingerprints,
} from "../../db/doc-search.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Ports } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";
import { pacer } from "./pacer.ts";

const BATCH = 64;
const TIME_LIMIT_MS = 60_000;
/**
 * Has the pieces of all docs embedded that the embedding model has not seen, behind the answers.
 *
 * What the embedding model refuses is not tried again: text search goes on finding it. After a failure of the service the
 * pieces wait for a minute, and then for the next doc or the next start.
 */
export function embedPending({ runner, ...ports }: Pick<Ports, "database" | "models" | "log" | "runner">): void {
  const { embedding } = ports.models;
  if (embedding !== null) runner.soon("embed docs", () => embedAll(ports, embedding));
}

type Embedding = NonNullable<Ports["models"]["embedding"]>;

async function embedAll({ database, log }: Pick<Ports, "database" | "log">, embedding: Embedding): Promise<void> {
  const embed = async (chunks: readonly PendingChunk[]): Promise<void> => {
    try {
      const texts = chunks.map(({ content, embedInstruction }) => withInstruction(content, embedInstruction));
      const vectors = await embedding.embed(texts, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
      const embedded = chunks.map(({ id }, n) => ({ chunkId: id, vector: vectors[n] ?? [] }));
      await insertEmbeddings(database, embedding.model, await withFingerprints(embedded));
    } catch (thrown) {
      if (!(thrown instanceof ChatError && thrown.code === "model-refused")) throw thrown;
      const docIds = [...new Set(chunks.map((chunk) => chunk.docId))];
      const [only] = docIds;
      if (only !== undefined && docIds.length === 1) {
        log.warn({ err: thrown, docId: only }, "The embedding model refused a doc; it is found by its words alone");
        return failDoc(database, only);
      }
      // One of them is at fault: the others are not to suffer for it.
      for (const id of docIds) await embed(chunks.filter((chunk) => chunk.docId === id));
    }
  };
  // Those that were embedded before there were fingerprints.
  for (;;) {
    const embedded = await listWithoutFingerprint(database, BATCH);
    if (embedded.length === 0) break;
    await setFingerprints(database, await withFingerprints(embedded));
  }
  for (;;) {
    const chunks = await listPendingChunks(database, embedding.model, BATCH);
    if (chunks.length === 0) return;
    await embed(chunks);
  }
}

/** Embedded pieces with their fingerprints. Others get their turn while these are computed. */
async function withFingerprints<Embedded extends { readonly vector: ArrayLike<number> }>(
  embedded: readonly Embedded[],
): Promise<(Embedded & { readonly fingerprint: string })[]> {
  const pace = pacer();
  const found: (Embedded & { readonly fingerprint: string })[] = [];
  for (const one of embedded) {
    found.push({ ...one, fingerprint: fingerprint(one.vector) });
    if (pace.isDue()) await pace.rest();
  }
  return found;
}

/** A text with what the embedding model is told before it. */
export const withInstruction = (text: string, instruction: string | null): string =>
  instruction === null || instruction === "" ? text : `${instruction}\n\n${text}`;
