import { findChunks } from "../../db/doc-search.ts";
import type { DocHit, DocOwners } from "../../domain/doc.ts";
import { ChatError } from "../../domain/errors.ts";
import type { RecallMode, RecallOptions } from "../../domain/recall-options.ts";
import { admit, textTokens } from "../admission.ts";
import type { Scope } from "../scope.ts";
import { withInstruction } from "./embed-pending.ts";
import { nearest, textSearch } from "./find.ts";
import { byScore, diverse, dot, mixed, type Scored, unit, woven } from "./rank.ts";
import { unembedded } from "./unembedded.ts";

/** In a hybrid search, no more is taken of each kind. */
const MOST_OF_EACH = 400;
const EMBED_LIMIT_MS = 10_000;

/** How a search goes: all that is to be said of it. */
export type SearchOptions = Required<Omit<RecallOptions, "numSearchMessages" | "maxQueryLength">>;

export type SearchQuery = {
  readonly text: string | null;
  readonly vector: readonly number[] | null;
};

/** What a search looks into. */
export type SearchedDocs = {
  readonly owners: DocOwners;
  /** Of these alone. Absent: of all that the owners have. */
  readonly docIds?: readonly string[];
};

/** What was found, best first. */
export type Found = {
  readonly scored: readonly Scored[];
  /** What of it was found by its words, and by its vector, with the scores of these. */
  readonly texts: ReadonlyMap<string, number>;
  readonly vectors: ReadonlyMap<string, number>;
  /** How it was found, and why it was another way than asked for, or may not be all; absent: nothing is to be said. */
  readonly mode: RecallMode;
  readonly why?: string;
};

/** What was found of docs, best first, and how: see `Found`. */
export type FoundDocs = Pick<Found, "mode" | "why"> & { readonly hits: readonly DocHit[] };

/**
 * Finds pieces of docs, best first, never more than `limit`: the Julep contract, 3.9 and 4.8.
 *
 * A vector search without an embedding model, and one where nothing is embedded yet, looks for words instead where
 * there is a text; where some docs are not embedded yet, what has the words there is woven in. What takes too long is
 * left out. Throws "bad-request" for a vector of another length than the docs have.
 */
export async function searchDocs(
  scope: Scope,
  owners: DocOwners,
  query: SearchQuery,
  options: SearchOptions,
): Promise<FoundDocs> {
  const { mode, scored, vectors, why } = await findPieces(scope, { owners }, query, options);
  const chunks = await piecesOf(scope, scored);
  const hits = scored.flatMap(({ id, score }) => {
    const chunk = chunks.get(id);
    if (!chunk) return [];
    const { docId, owner, title, metadata, index, content } = chunk;
    const { pageFrom, pageTo, startChar, endChar, headings } = chunk;
    const embedding = options.includeEmbeddings ? chunk.vector : null;
    const place = { pageFrom, pageTo, startChar, endChar, headings };
    const snippet = { id, index, content, embedding, place };
    const isByWords = mode === "text" || (mode === "vector" && !vectors.has(id));
    const told = { distance: isByWords ? score : 1 - score, score: Math.min(1, Math.max(0, score)) };
    return [{ docId, owner, title, metadata, snippet, ...told }];
  });
  return { hits, mode, why };
}

/** Finds pieces as `searchDocs` does, and says how. */
export async function findPieces(
  scope: Scope,
  { owners, docIds }: SearchedDocs,
  query: SearchQuery,
  options: SearchOptions,
): Promise<Found> {
  const docs = { accountId: scope.accountId, owners, docIds, metadataFilter: options.metadataFilter };
  const byText = (limit: number) => textSearch(scope, docs, query.text ?? "", options, limit);
  const inWords = async (why?: string, asked = byText(options.limit)): Promise<Found> => {
    const { found, why: some } = await asked;
    const scored = found.slice(0, options.limit);
    return { mode: "text", scored, texts: scoresOf(scored), vectors: new Map(), why: why ?? some };
  };
  const { vector } = query;
  if (options.mode === "text") return inWords();
  if (vector === null) return inWords("There is no vector to search by.");
  const each = Math.min(MOST_OF_EACH, Math.max(options.limit, Math.floor(options.limit * options.kMultiplier)));
  const isHybrid = options.mode === "hybrid";
  const wanted = Math.max(wantedOf(options), isHybrid ? each : 0);
  const [byVector, words] = await Promise.all([
    nearest(scope, docs, vector, wanted),
    isHybrid ? byText(each) : unembedded(scope, docs, query.text, options),
  ]);
  const [first] = byVector.found;
  if (!first && query.text !== null) {
    const asked = isHybrid ? Promise.resolve(words) : undefined;
    return inWords(byVector.why ?? "Nothing here is embedded yet.", asked);
  }
  if (first && first.vector.length !== vector.length) {
    const message = `The vector has ${vector.length} dimensions, the docs have ${first.vector.length}`;
    throw new ChatError("bad-request", message, { field: "vector" });
  }
  const near = likeTo(unit(vector), byVector.found, options.confidence);
  const known = new Map(byVector.found.map((one) => [one.id, one.vector]));
  const scored = isHybrid
    ? picked(mixed(near.slice(0, each), words.found, options.alpha), known, options)
    : woven(picked(near, known, options), words.found).slice(0, options.limit);
  return {
    mode: options.mode,
    scored,
    texts: scoresOf(words.found),
    vectors: scoresOf(near),
    why: byVector.why ?? words.why,
  };
}

/** Of more than the limit those are picked that are unlike each other. */
const wantedOf = ({ limit, mmrStrength }: SearchOptions): number =>
  mmrStrength > 0 ? Math.min(2 * limit, limit + 10) : limit;

const picked = (found: readonly Scored[], vectors: ReadonlyMap<string, Float32Array>, options: SearchOptions) =>
  options.mmrStrength > 0
    ? diverse(found.slice(0, wantedOf(options)), vectors, options.limit, options.mmrStrength)
    : found.slice(0, options.limit);

const likeTo = (
  vector: Float32Array,
  embedded: readonly { readonly id: string; readonly vector: Float32Array }[],
  confidence: number,
): readonly Scored[] =>
  embedded
    .map((one) => ({ id: one.id, score: dot(vector, one.vector) }))
    .filter(({ score }) => score >= confidence)
    .sort(byScore);

const scoresOf = (found: readonly Scored[]): ReadonlyMap<string, number> =>
  new Map(found.map(({ id, score }) => [id, score]));

/** Pieces of the account that were found, by their ids. */
export async function piecesOf({ database, accountId }: Scope, scored: readonly Scored[]) {
  const ids = scored.map(({ id }) => id);
  const chunks = ids.length === 0 ? [] : await findChunks(database, accountId, ids);
  return new Map(chunks.map((chunk) => [chunk.id, chunk]));
}

/**
 * The vectors of texts. `isAsked`: somebody asked for them by themselves, and it counts where turns are counted.
 *
 * Throws "bad-request" where no embedding model is set up, "rate-limited" for a caller at its limit, and what the
 * model's call throws.
 */
export async function embedTexts(
  scope: Scope,
  texts: readonly string[],
  { instruction, isAsked }: { readonly instruction: string; readonly isAsked: boolean },
): Promise<readonly (readonly number[])[]> {
  const { embedding } = scope.models;
  if (embedding === null) {
    throw new ChatError("bad-request", "This server has no embedding model. Set OPENAI_EMBEDDING_MODEL to one.");
  }
  const whole = texts.map((text) => withInstruction(text, instruction));
  const admission = await admit(scope, { isTurn: isAsked, tokens: textTokens(whole) });
  try {
    const signal = AbortSignal.timeout(EMBED_LIMIT_MS);
    return await embedding.embed(admission, whole, { signal, apiKey: scope.providerKey });
  } finally {
    admission.settle();
  }
}
