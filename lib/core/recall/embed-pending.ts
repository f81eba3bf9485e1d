import type { Database } from "../../db/database.ts";
import {
  copyEmbeddings,
  type DocPlace,
  failDoc,
  insertEmbeddings,
  listPendingAccounts,
  listPendingChunks,
  listWithoutFingerprint,
  type PendingChunk,
  setFingerprints,
} from "../../db/embeddings.ts";
import { completeVectors, isIndexed } from "../../db/vector-tables.ts";
import { ChatError } from "../../domain/errors.ts";
import type { Asker } from "../../domain/turn-policy.ts";
import { admit, textTokens } from "../admission.ts";
import { inStretches } from "../long-work.ts";
import type { Ports } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";

const BATCH = 64;
const TIME_LIMIT_MS = 60_000;
/** So many accounts take turns at once. After so many turns is looked who else waits: that takes longer than a turn. */
const ACCOUNTS = 1000;
const LOOK_AFTER = 16;
/** Where so many accounts fail one after the other, none of them is at fault. */
const FAILED_IN_A_ROW = 5;
type Embedding = NonNullable<Ports["models"]["embedding"]>;
type EmbedPorts = Pick<Ports, "database" | "log" | "limitsOf" | "onSpent" | "longWork">;

/** What the server does behind the answers takes turns with accounts as one more. */
const SERVERS_OWN = "";

/** For whom docs are embedded behind the answers: the account itself, whoever has added them. */
const SERVER: Asker = { via: "cookie", keyId: null, keyScopes: [], onlyAgentId: null, isStranger: false };

const REFUSED = "The embedding model refused it, so it is found by its words alone.";

/**
 * Has the pieces of all docs embedded that the embedding model has not seen, behind the answers. Accounts take turns,
 * some pieces each.
 *
 * What the embedding model refuses is tried again when somebody asks for it: text search goes on finding it. An account
 * whose pieces fail, or that has used its tokens of the day, is set aside, and its pieces wait for the next doc, the
 * next hour or the next start. Where those of the last accounts failed one after the other it may be the service, and
 * all wait for a minute before that.
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
  const aside = new Set<string>();
  // Whose turn it is stands first; with each, where it goes on.
  const turns = new Map<string, DocPlace | null>();
  const failed: unknown[] = [];
  for (let n = 0; ; n++) {
    if (n % LOOK_AFTER === 0 || turns.size === 0) {
      const found = await listPendingAccounts(database, embedding.model, [...aside, ...turns.keys()], ACCOUNTS);
      for (const id of found) turns.set(id, null);
    }
    const [next] = turns;
    if (!next) break;
    if (failed.length === FAILED_IN_A_ROW) throw failed[0];
    const [accountId, from] = next;
    turns.delete(accountId);
    try {
      const goesOn = await embedSome(ports, embedding, accountId, from);
      if (goesOn !== null) turns.set(accountId, goesOn);
      failed.length = 0;
    } catch (thrown) {
      aside.add(accountId);
      if (thrown instanceof ChatError && thrown.code === "rate-limited") {
        log.info({ accountId, limit: thrown.message }, "Docs wait to be embedded until there are tokens again");
        continue;
      }
      failed.push(thrown);
      log.warn({ err: thrown, accountId }, "Docs of an account could not be embedded and wait; others go on");
    }
  }
  // Also where an account's pieces failed: the index has what is embedded.
  if (!isIndexed(database, embedding.model)) await completeVectors(database, embedding.model);
  if (failed.length > 0) throw failed[0];
}

/** Embeds the next pieces of an account. Gives where it goes on; null: nothing more of it was there. */
async function embedSome(
  ports: EmbedPorts,
  embedding: Embedding,
  accountId: string,
  from: DocPlace | null,
): Promise<DocPlace | null> {
  const { database } = ports;
  const chunks = await listPendingChunks(database, embedding.model, accountId, from, BATCH);
  const unknown = await withoutKnown(database, embedding.model, chunks);
  if (unknown.length > 0) await embedFor(ports, embedding, accountId, unknown);
  const last = chunks.at(-1);
  return last && chunks.length === BATCH ? { createdAt: last.docCreatedAt, docId: last.docId } : null;
}

/** Those of some pieces that have to be embedded: what was embedded of the same text is copied to the others. */
async function withoutKnown(database: Database, model: string, pieces: readonly PendingChunk[]) {
  const ids = pieces.map(({ id }) => id);
  const known = new Set(await copyEmbeddings(database, model, ids));
  return pieces.filter(({ id }) => !known.has(id));
}

/**
 * Embeds pieces of one account, on its tokens. Throws "rate-limited" before anything is asked. Equal texts are asked
 * for once.
 */
async function embedFor(
  { database, log, limitsOf, onSpent, longWork }: EmbedPorts,
  embedding: Embedding,
  accountId: string,
  pieces: readonly PendingChunk[],
): Promise<void> {
  const asking = { accountId, limits: limitsOf?.(accountId, SERVER, null), onSpent };
  const admission = await admit(asking, { isTurn: false, tokens: textTokens([...byText(pieces).keys()]) });
  const embed = async (chunks: readonly PendingChunk[]): Promise<void> => {
    try {
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      const equal = byText(chunks);
      const vectors = await embedding.embed(admission, [...equal.keys()], { signal });
      const embedded = [...equal.values()].flatMap((ids, n) =>
        ids.map((chunkId) => ({ chunkId, vector: vectors[n] ?? [] })),
      );
      await insertEmbeddings(database, embedding.model, await withFingerprints(longWork, embedded));
    } catch (thrown) {
      if (!(thrown instanceof ChatError && thrown.code === "model-refused")) throw thrown;
      const docIds = [...new Set(chunks.map((chunk) => chunk.docId))];
      const [only] = docIds;
      if (only !== undefined && docIds.length === 1) {
        log.warn({ err: thrown, docId: only }, "The embedding model refused a doc; it is found by its words alone");
        return failDoc(database, only, REFUSED);
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

/** The different texts that pieces are embedded by, with the ids of the pieces of each. */
function byText(pieces: readonly PendingChunk[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { id, content, headings, embedInstruction } of pieces) {
    const text = withInstruction(underHeadings(content, headings), embedInstruction);
    found.set(text, [...(found.get(text) ?? []), id]);
  }
  return found;
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
