import { failDoc, insertEmbeddings, listPendingChunks, type PendingChunk } from "../../db/docs.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Ports } from "../scope.ts";

const BATCH = 64;
const TIME_LIMIT_MS = 60_000;
const PAUSE_AFTER_FAILURE_MS = 60_000;

let running: Promise<void> | null = null;
let isAskedAgain = false;
let pausedUntil = 0;

/**
 * Embeds the pieces of all docs that the embedding model has not seen. Runs once at a time in a process; one that is asked for meanwhile looks
 * again at the end. Never throws.
 *
 * What the embedding model refuses is not tried again: text search goes on finding it. After a failure of the service the
 * pieces wait for a minute, and then for the next doc or the next start.
 */
export async function embedPending(ports: Pick<Ports, "database" | "models" | "log">): Promise<void> {
  if (ports.models.embedding === null || Date.now() < pausedUntil) return;
  isAskedAgain = true;
  running ??= embedAll(ports).finally(() => {
    running = null;
  });
  await running;
}

async function embedAll({ database, models, log }: Pick<Ports, "database" | "models" | "log">): Promise<void> {
  const { embedding } = models;
  if (embedding === null) return;
  const embed = async (chunks: readonly PendingChunk[]): Promise<void> => {
    try {
      const texts = chunks.map(({ content, embedInstruction }) => withInstruction(content, embedInstruction));
      const vectors = await embedding.embed(texts, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
      const pairs = chunks.map(({ id }, n) => ({ chunkId: id, vector: vectors[n] ?? [] }));
      await insertEmbeddings(database, embedding.model, pairs);
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
  while (isAskedAgain) {
    isAskedAgain = false;
    try {
      for (;;) {
        const chunks = await listPendingChunks(database, embedding.model, BATCH);
        if (chunks.length === 0) break;
        await embed(chunks);
      }
    } catch (thrown) {
      pausedUntil = Date.now() + PAUSE_AFTER_FAILURE_MS;
      log.warn({ err: thrown }, "Docs could not be embedded and wait a minute");
    }
  }
}

/** A text with what the embedding model is told before it. */
export const withInstruction = (text: string, instruction: string | null): string =>
  instruction === null || instruction === "" ? text : `${instruction}\n\n${text}`;
