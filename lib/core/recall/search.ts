import { findChunks } from "../../db/doc-search.ts";
import type { DocHit, DocOwners } from "../../domain/doc.ts";
import { ChatError } from "../../domain/errors.ts";
import type { RecallOptions } from "../../domain/recall-options.ts";
import { admit, textTokens } from "../admission.ts";
import type { Scope } from "../scope.ts";
import { withInstruction } from "./embed-pending.ts";
import { nearest, textSearch } from "./find.ts";
import { byScore, diverse, dot, mixed, type Scored, unit } from "./rank.ts";

/** In a hybrid search, no more is taken of each kind. */
const MOST_OF_EACH = 400;
const EMBED_LIMIT_MS = 10_000;

/** How a search goes: all that is to be said of it. */
export type SearchOptions = Required<Omit<RecallOptions, "numSearchMessages" | "maxQueryLength">>;

export type SearchQuery = {
  readonly text: string | null;
  readonly vector: readonly number[] | null;
};

/**
 * Finds pieces of docs, best first, never more than `limit`: the Julep contract, 3.9 and 4.8.
 *
 * A vector search without an embedding model, and one where nothing is embedded yet, looks for words instead where there
 * is a text. Throws "bad-request" for a vector of another length than the docs have.
 */
export async function searchDocs(
  scope: Scope,
  owners: DocOwners,
  query: SearchQuery,
  options: SearchOptions,
): Promise<DocHit[]> {
  const docs = { accountId: scope.accountId, owners, metadataFilter: options.metadataFilter };
  const wanted = options.mmrStrength > 0 ? Math.min(2 * options.limit, options.limit + 10) : options.limit;
  if (options.mode === "text" || query.vector === null) {
    return hits(
      scope,
      await textSearch(scope, docs, query.text ?? "", options, options.limit),
      options,
      (score) => score,
    );
  }
  const embedded = await nearest(scope, docs, query.vector);
  const [first] = embedded;
  if (!first && query.text !== null) return searchDocs(scope, owners, query, { ...options, mode: "text" });
  if (first && first.vector.length !== query.vector.length) {
    const message = `The vector has ${query.vector.length} dimensions, the docs have ${first.vector.length}`;
    throw new ChatError("bad-request", message, { field: "vector" });
  }
  const asked = unit(query.vector);
  const near = embedded
    .map(({ id, vector }) => ({ id, score: dot(asked, vector) }))
    .filter(({ score }) => score >= options.confidence)
    .sort(byScore);
  const vectors = new Map(embedded.map(({ id, vector }) => [id, vector]));
  const pick = (found: readonly Scored[]) =>
    options.mmrStrength > 0
      ? diverse(found.slice(0, wanted), vectors, options.limit, options.mmrStrength)
      : found.slice(0, options.limit);
  if (options.mode === "vector") return hits(scope, pick(near), options, (score) => 1 - score);
  const each = Math.min(MOST_OF_EACH, Math.max(options.limit, Math.floor(options.limit * options.kMultiplier)));
  const texts = await textSearch(scope, docs, query.text ?? "", options, each);
  return hits(scope, pick(mixed(near.slice(0, each), texts, options.alpha)), options, (score) => 1 - score);
}

async function hits(
  { database, accountId }: Scope,
  scored: readonly Scored[],
  { includeEmbeddings }: SearchOptions,
  toDistance: (score: number) => number,
): Promise<DocHit[]> {
  if (scored.length === 0) return [];
  const chunks = await findChunks(
    database,
    accountId,
    scored.map(({ id }) => id),
  );
  return scored.flatMap(({ id, score }) => {
    const chunk = chunks.find((one) => one.id === id);
    if (!chunk) return [];
    const { docId, owner, title, metadata, index, content } = chunk;
    const { pageFrom, pageTo, startChar, endChar, headings } = chunk;
    const embedding = includeEmbeddings ? chunk.vector : null;
    const place = { pageFrom, pageTo, startChar, endChar, headings };
    const snippet = { id, index, content, embedding, place };
    return [{ docId, owner, title, metadata, snippet, distance: toDistance(score) }];
  });
}

/**
 * The vectors of texts. `isAsked`: somebody asked for them by themselves, and it counts where turns are counted.
 *
 * Throws "bad-request" where no embedding model is set up, "rate-limited" for a caller at its limit, and what the model's
 * call throws.
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
