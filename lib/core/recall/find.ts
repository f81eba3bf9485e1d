import { type DocScope, listBeginnings, nearestChunks, readVectors, searchWords } from "../../db/doc-search.ts";
import { nearestByIndex } from "../../db/vector-tables.ts";
import { inStretches } from "../long-work.ts";
import type { Scope } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";
import { languageOf } from "./language.ts";
import { byScore, type Scored } from "./rank.ts";
import { termsOf } from "./terms.ts";
import { trigramMatcher } from "./trigrams.ts";
import { searchConfiguration, wordsOf } from "./words.ts";

// What a search reads and computes is bounded, whatever is asked: some megabytes, in pages of which none takes long.

/** So many pieces, the most alike by their fingerprints, are compared by their vectors, of so many bytes in all. */
const VECTORS = 400;
const LEAST = 50;
const VECTOR_BYTES = 6 * 1024 * 1024;
const VECTORS_AT_ONCE = 50;
/** So many of the latest pieces are compared by likeness of words, each by so much of its beginning. */
const FUZZY_PIECES = 5000;
const FUZZY_CHARACTERS = 1000;
const FUZZY_AT_ONCE = 500;
const FUZZY_WORDS = 32;
const FUZZY_MS = 2500;

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
 * Pieces with the words of a text, best first, as far as they are found in time; where a threshold is set, those with words
 * like them come behind.
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
  const likely = await similar({ database, longWork }, docs, terms.words, threshold);
  const alike = likely.found.filter(({ id }) => !known.has(id)).map(({ id, score }) => ({ id, score: score * lowest }));
  return { found: [...found, ...alike].slice(0, limit), why: why ?? likely.why };
}

/** The latest pieces with a word that has at least `threshold` in common with one of the first `words`, best first. */
async function similar(
  scope: Pick<Scope, "database" | "longWork">,
  docs: DocScope,
  words: readonly string[],
  threshold: number,
): Promise<FoundWords> {
  const leave = scope.longWork.enter(docs.accountId);
  if (leave === null) return { found: [], why: TOO_LONG };
  try {
    return await similarIn(scope, docs, words, threshold);
  } finally {
    leave();
  }
}

async function similarIn(
  { database, longWork }: Pick<Scope, "database" | "longWork">,
  docs: DocScope,
  words: readonly string[],
  threshold: number,
): Promise<FoundWords> {
  const found: Scored[] = [];
  let why: string | undefined;
  const likeness = trigramMatcher(words.slice(0, FUZZY_WORDS));
  const until = performance.now() + FUZZY_MS;
  for (let from = 0; from < FUZZY_PIECES; from += FUZZY_AT_ONCE) {
    const page = { from, limit: FUZZY_AT_ONCE };
    const pieces = performance.now() < until ? await listBeginnings(database, docs, FUZZY_CHARACTERS, page) : null;
    if (pieces === null) {
      why = TOO_LONG;
      break;
    }
    found.push(...(await likePieces({ ...docs, longWork }, pieces, likeness, threshold)));
    if (pieces.length < FUZZY_AT_ONCE) break;
  }
  return { found: found.sort(byScore), why };
}

/** Those of some pieces of an account that are alike enough. Others get their turn while they are compared. */
export async function likePieces(
  { accountId, longWork }: Pick<Scope, "accountId" | "longWork">,
  pieces: readonly { readonly id: string; readonly content: string }[],
  likeness: (word: string) => number,
  threshold: number,
): Promise<Scored[]> {
  const found: Scored[] = [];
  await inStretches(longWork, accountId, pieces, ({ id, content }) => {
    let score = 0;
    for (const word of wordsOf(content)) score = Math.max(score, likeness(word));
    if (score >= threshold) found.push({ id, score });
  });
  return found;
}
