/** A piece found by a search; a higher score is better. */
export type Scored = { readonly id: string; readonly score: number };

/** The cosine of two vectors of length 1. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += (a[n] ?? 0) * (b[n] ?? 0);
  return sum;
}

/** A vector scaled to length 1. One of nothing but zeros stays. */
export function unit(vector: readonly number[]): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

/**
 * Two result lists as one, best first: both are brought to 0…1, then mixed, `alpha` being the weight of the vectors.
 *
 * A piece that one of the lists lacks counts 0 there (the Julep contract, 4.8).
 */
export function mixed(vectors: readonly Scored[], texts: readonly Scored[], alpha: number): Scored[] {
  const [byVector, byText] = [normalised(vectors), normalised(texts)];
  const ids = new Set([...byVector.keys(), ...byText.keys()]);
  return [...ids]
    .map((id) => ({ id, score: alpha * (byVector.get(id) ?? 0) + (1 - alpha) * (byText.get(id) ?? 0) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

function normalised(list: readonly Scored[]): Map<string, number> {
  const scores = list.map(({ score }) => score);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  return new Map(list.map(({ id, score }) => [id, most > least ? (score - least) / (most - least) : 1]));
}

/**
 * Picks `limit` pieces that are relevant and unlike each other: maximal marginal relevance, as the contract, 4.8, has it.
 *
 * Each pick has the highest relevance × (1 - strength) - likeness to what is picked × strength. A piece without a vector
 * is like none.
 */
export function diverse(
  candidates: readonly Scored[],
  vectors: ReadonlyMap<string, ArrayLike<number>>,
  limit: number,
  strength: number,
): Scored[] {
  const left = [...candidates];
  const picked: Scored[] = [];
  const likeness = (candidate: Scored) => {
    const vector = vectors.get(candidate.id);
    if (!vector) return 0;
    return picked.reduce((most, one) => {
      const other = vectors.get(one.id);
      return other ? Math.max(most, dot(vector, other)) : most;
    }, 0);
  };
  while (picked.length < limit && left.length > 0) {
    let best = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const [n, candidate] of left.entries()) {
      const value = candidate.score * (1 - strength) - likeness(candidate) * strength;
      if (value > bestValue) [best, bestValue] = [n, value];
    }
    picked.push(...left.splice(best, 1));
  }
  return picked;
}

/** How much two words have in common, 0…1: their shared trigrams over all of both, as PostgreSQL's pg_trgm counts. */
export function trigramSimilarity(a: string, b: string): number {
  const [left, right] = [trigrams(a), trigrams(b)];
  const shared = [...left].filter((one) => right.has(one)).length;
  const all = left.size + right.size - shared;
  return all === 0 ? 0 : shared / all;
}

function trigrams(word: string): Set<string> {
  const padded = [..."  ", ...word.toLowerCase(), " "];
  return new Set(padded.slice(2).map((_, n) => padded.slice(n, n + 3).join("")));
}
