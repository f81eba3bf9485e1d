import {
  type DocScope,
  findWithWords,
  listWords,
  nearestChunks,
  type PiecePlace,
  readVectors,
  searchWords,
} from "../../db/doc-search.ts";
import { nearestByIndex } from "../../db/vector-tables.ts";
import { inStretches } from "../long-work.ts";
import type { Scope } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";
import { languageOf } from "./language.ts";
import { byScore, type Scored } from "./rank.ts";
import { searchConfiguration } from "./search-configuration.ts";
import { termsOf } from "./terms.ts";
import { trigramMatcher } from "./trigrams.ts";

// What a search reads and computes is bounded, whatever is asked: some megabytes, in pages of which none takes long.

/** So many pieces, the most alike by their fingerprints, are compared by their vectors, of so many bytes in all. */
const VECTORS = 400;
const LEAST = 50;
const VECTOR_BYTES = 6 * 1024 * 1024;
const VECTORS_AT_ONCE = 50;
/** So many of the words that are asked for are compared with those of the pieces, for so long. */
const FUZZY_WORDS = 32;
const FUZZY_MS = 2500;
/** Of the words that are alike, so many are looked for, the most alike. */
const ALIKE_WORDS = 100;

type Read = Pick<Scope, "database" | "models" | "longWork">;

/** How words are looked for. */
export type TextOptions = { readonly lang: string; readonly trigramSimilarityThreshold: number | null };

/** Pieces with the words of a text, best first. `why`: for what reason these may not be all. */
export type FoundWords = { readonly found: readonly Scored[]; readonly why?: string };

/** Pieces with their vectors of length 1, in no order. `why`: for what reason there may be others. */
export type FoundVectors = {
  readonly found: readonly { readonly id: string; readonly vector: Float32Array }[];
  readonly why?: string;
};

const SOME = "So many pieces have these words that not all of them were compared.";
const SOME_ALIKE = "So many words are like these that not all of them were looked for.";
export const TOO_LONG = "The search took too long and was ended, so what was found is not all.";

/** The pieces whose vectors are most alike to one, `wanted` or some hundred, as far as they are found in time. */
export async function nearest(
  { database, models }: Read,
  docs: DocScope,
  vector: readonly number[],
  wanted: number,
): Promise<FoundVectors> {
  const model = models.embedding?.model ?? "";
  const most = Math.max(LEAST, Math.min(VECTORS, Math.floor(VECTOR_BYTES / (4 * vector.length))));
  const indexed = await nearestByIndex(database, docs, model, vector, Math.min(most, Math.max(LEAST, wanted)));
  const nearIds =
    indexed === undefined ? await nearestChunks(database, docs, model, fingerprint(vector), most) : indexed;
  if (nearIds === null) return { found: [], why: TOO_LONG };
  const found: { id: string; vector: Float32Array }[] = [];
  for (let from = 0; from < nearIds.length; from += VECTORS_AT_ONCE) {
    found.push(...(await readVectors(database, docs.accountId, nearIds.slice(from, from + VECTORS_AT_ONCE))));
  }
  return { found };
}

/**
 * Pieces with the words of a text, best first, as far as they are found in time; where a threshold is set, those with
 * words like them come behind.
 */
export async function textSearch(
  { database, longWork }: Read,
  docs: DocScope,
  text: string,
  options: TextOptions,
  limit: number,
): Promise<FoundWords> {
  const terms = termsOf(text);
  if (terms.words.length + terms.exact.length === 0) return { found: [] };
  const language = searchConfiguration(languageOf(text) ?? options.lang);
  const byWords = await searchWords(database, docs, language, terms, limit);
  if (byWords === null) return { found: [], why: TOO_LONG };
  const { found } = byWords;
  const why = byWords.isPartial ? SOME : undefined;
  const threshold = options.trigramSimilarityThreshold;
  if (threshold === null || found.length >= limit) return { found, why };
  // What is alike comes behind what begins alike: its score is below the lowest of those.
  const known = new Set(found.map(({ id }) => id));
  const lowest = found.at(-1)?.score ?? 1;
  const likely = await similar({ database, longWork }, docs, terms.words, { threshold, limit: limit + known.size });
  const alike = likely.found.filter(({ id }) => !known.has(id)).map(({ id, score }) => ({ id, score: score * lowest }));
  return { found: [...found, ...alike].slice(0, limit), why: why ?? likely.why };
}

type Fuzziness = { readonly threshold: number; readonly limit: number };

/** Pieces with a word that has at least `threshold` in common with one of the first `words`, best first. */
async function similar(
  scope: Pick<Scope, "database" | "longWork">,
  docs: DocScope,
  words: readonly string[],
  { threshold, limit }: Fuzziness,
): Promise<FoundWords> {
  if (words.length === 0) return { found: [] };
  const leave = scope.longWork.enter(docs.accountId);
  if (leave === null) return { found: [], why: TOO_LONG };
  try {
    const { alike, isWhole } = await alikeIn(scope, docs, trigramMatcher(words.slice(0, FUZZY_WORDS)), threshold);
    const best = [...alike].sort((a, b) => b[1] - a[1]).slice(0, ALIKE_WORDS);
    if (best.length === 0) return { found: [], why: isWhole ? undefined : TOO_LONG };
    const told = best.map(([word]) => word);
    const having = await findWithWords(scope.database, docs, told, limit);
    const found = [...(having ?? [])].map(([id, n]) => ({ id, score: best[n]?.[1] ?? 0 })).sort(byScore);
    if (!isWhole || having === null) return { found, why: TOO_LONG };
    return { found, why: best.length < alike.size && found.length < limit ? SOME_ALIKE : undefined };
  } finally {
    leave();
  }
}

/**
 * The words in scope that are alike enough, with how much. `isWhole`: the words of all pieces were compared in time.
 */
async function alikeIn(
  { database, longWork }: Pick<Scope, "database" | "longWork">,
  docs: DocScope,
  likeness: (word: string) => number,
  threshold: number,
): Promise<{ readonly alike: ReadonlyMap<string, number>; readonly isWhole: boolean }> {
  const alike = new Map<string, number>();
  const until = performance.now() + FUZZY_MS;
  for (let from: PiecePlace | null = null; ; ) {
    const page: Awaited<ReturnType<typeof listWords>> =
      performance.now() < until ? await listWords(database, docs, from) : null;
    if (!page) return { alike, isWhole: page === undefined };
    for (const one of await likeWords({ ...docs, longWork }, page.words, likeness, threshold)) alike.set(...one);
    from = page;
  }
}

/** Those of some words of an account's pieces that are alike enough. Others get their turn while they are compared. */
export async function likeWords(
  { accountId, longWork }: Pick<Scope, "accountId" | "longWork">,
  words: readonly string[],
  likeness: (word: string) => number,
  threshold: number,
): Promise<(readonly [string, number])[]> {
  const found: (readonly [string, number])[] = [];
  await inStretches(longWork, accountId, words, (word) => {
    // A database may keep capitals of other letters than those of English.
    const score = likeness(word.toLowerCase());
    if (score >= threshold) found.push([word, score]);
  });
  return found;
}
