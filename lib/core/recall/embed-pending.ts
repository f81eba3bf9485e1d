import type { Database } from "../../db/database.ts";
import {
  copyEmbeddings,
  failDoc,
  insertEmbeddings,
  listPendingChunks,
  listWithoutFingerprint,
  type PendingChunk,
  setFingerprints,
} from "../../db/doc-search.ts";
import { addVectors, completeVectors, isIndexed } from "../../db/vector-tables.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Asker } from "../../domain/turn-policy.ts";
import { admit, textTokens } from "../admission.ts";
import { inStretches } from "../long-work.ts";
import type { Ports } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";

const BATCH = 64;
const TIME_LIMIT_MS = 60_000;
type Embedding = NonNullable<Ports["models"]["embedding"]>;
type EmbedPorts = Pick<Ports, "database" | "log" | "limitsOf" | "onSpent" | "longWork">;

/** What the server does behind the answers takes turns with accounts as one more. */
const SERVERS_OWN = "";

/** For whom docs are embedded behind the answers: the account itself, whoever has added them. */
const SERVER: Asker = { via: "cookie", keyId: null, keyScopes: [], onlyAgentId: null, isStranger: false };

/**
 * Has the pieces of all docs embedded that the embedding model has not seen, behind the answers.
 *
 * What the embedding model refuses is not tried again: text search goes on finding it. After a failure of the service the
 * pieces wait for a minute, and then for the next doc, the next hour or the next start. So do those of an account that has
 * used its tokens of the day.
 */
export function embedPending({ runner, models, ...ports }: EmbedPorts & Pick<Ports, "models" | "runner">): void {
  const { embedding } = models;
  if (embedding !== null) runner.soon("embed docs", () => embedAll(ports, embedding));
}

async function embedAll(ports: EmbedPorts, embedding: Embedding): Promise<void> {
  const { database, log, longWork } = ports;
  // Those that were embedded before there were fingerprints.
  for (;;) {
    const embedded = await listWithoutFingerprint(database, BATCH);
    if (embedded.length === 0) break;
    await setFingerprints(database, await withFingerprints(longWork, embedded));
  }
  const atLimit = new Set<string>();
  for (;;) {
    const chunks = await listPendingChunks(database, embedding.model, [...atLimit], BATCH);
    const accountId = chunks[0]?.accountId;
    if (accountId === undefined) break;
    const own = await withoutKnown(
      database,
      embedding.model,
      chunks.filter((chunk) => chunk.accountId === accountId),
    );
    if (own.length === 0) continue;
    try {
      await embedFor(ports, embedding, accountId, own);
    } catch (thrown) {
      if (!(thrown instanceof ChatError && thrown.code === "rate-limited")) throw thrown;
      log.info({ accountId, limit: thrown.message }, "Docs wait to be embedded until there are tokens again");
      atLimit.add(accountId);
    }
  }
  if (!isIndexed(database, embedding.model)) await completeVectors(database, embedding.model);
}

/** Those of some pieces that have to be embedded: what was embedded of the same text is copied to the others. */
async function withoutKnown(database: Database, model: string, pieces: readonly PendingChunk[]) {
  const copied = await copyEmbeddings(
    database,
    model,
    pieces.map(({ id }) => id),
  );
  if (copied.length > 0) await addVectors(database, model, copied);
  const known = new Set(copied.map(({ chunkId }) => chunkId));
  return pieces.filter(({ id }) => !known.has(id));
}

/** Embeds pieces of one account, on its tokens. Throws "rate-limited" before anything is asked. */
async function embedFor(
  { database, log, limitsOf, onSpent, longWork }: EmbedPorts,
  embedding: Embedding,
  accountId: string,
  pieces: readonly PendingChunk[],
): Promise<void> {
  const textsOf = (chunks: readonly PendingChunk[]) =>
    chunks.map(({ content, headings, embedInstruction }) =>
      withInstruction(underHeadings(content, headings), embedInstruction),
    );
  const asking = { accountId, limits: limitsOf?.(accountId, SERVER, null), onSpent };
  const admission = await admit(asking, { isTurn: false, tokens: textTokens(textsOf(pieces)) });
  const embed = async (chunks: readonly PendingChunk[]): Promise<void> => {
    try {
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      const vectors = await embedding.embed(admission, textsOf(chunks), { signal });
      const embedded = chunks.map(({ id }, n) => ({ chunkId: id, vector: vectors[n] ?? [] }));
      // First, so that the index has all that is embedded.
      await addVectors(database, embedding.model, embedded);
      await insertEmbeddings(database, embedding.model, await withFingerprints(longWork, embedded));
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
  try {
    await embed(pieces);
  } finally {
    admission.settle();
  }
}

/** Embedded pieces with their fingerprints. Others get their turn while these are computed. */
async function withFingerprints<Embedded extends { readonly vector: ArrayLike<number> }>(
  longWork: Ports["longWork"],
  embedded: readonly Embedded[],
): Promise<(Embedded & { readonly fingerprint: string })[]> {
  const found: (Embedded & { readonly fingerprint: string })[] = [];
  await inStretches(longWork, SERVERS_OWN, embedded, (one) => {
    found.push({ ...one, fingerprint: fingerprint(one.vector) });
  });
  return found;
}

/** A piece of a doc with the headings over it, which often name what it is about. */
export const underHeadings = (content: string, headings: readonly string[]): string =>
  headings.length === 0 ? content : `${headings.join(" > ")}\n\n${content}`;

/** A text with what the embedding model is told before it. */
export const withInstruction = (text: string, instruction: string | null): string =>
  instruction === null || instruction === "" ? text : `${instruction}\n\n${text}`;
