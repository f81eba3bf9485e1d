/** A piece found by a search; a higher score is better. */
export type Scored = { readonly id: string; readonly score: number };

/** Best first, and equal ones always in the same order. */
export const byScore = (a: Scored, b: Scored): number => b.score - a.score || (a.id < b.id ? -1 : 1);

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

/** The larger it is, the less it counts for a piece to stand first in one list, and the more to stand in both. */
const SAME = 60;

/**
 * Two result lists, each best first, as one, best first: each piece gets for its place in a list 1 (the first) down to
 * 0, and these are mixed, `alpha` being the weight of the vectors.
 *
 * By place, since cosines and ranks of words are no measures of one kind (Cormack and others, "Reciprocal rank fusion
 * outperforms Condorcet and individual rank learning methods", 2009). A piece that one of the lists lacks counts 0
 * there (the Julep contract, 4.8).
 */
export function mixed(vectors: readonly Scored[], texts: readonly Scored[], alpha: number): Scored[] {
  const [byVector, byText] = [places(vectors), places(texts)];
  const ids = new Set([...byVector.keys(), ...byText.keys()]);
  return [...ids]
    .map((id) => ({ id, score: alpha * (byVector.get(id) ?? 0) + (1 - alpha) * (byText.get(id) ?? 0) }))
    .sort(byScore);
}

const places = (list: readonly Scored[]): Map<string, number> =>
  new Map(list.map(({ id }, n) => [id, (SAME + 1) / (SAME + 1 + n)]));

/** The pieces of two lists by turns, the first list's first, each once, with the score that its list gives it. */
export function woven(first: readonly Scored[], second: readonly Scored[]): Scored[] {
  const known = new Set(first.map(({ id }) => id));
  const others = second.filter(({ id }) => !known.has(id));
  return Array.from({ length: Math.max(first.length, others.length) }).flatMap((_, n) => [
    ...first.slice(n, n + 1),
    ...others.slice(n, n + 1),
  ]);
}

/**
 * Picks `limit` pieces that are relevant and unlike each other: maximal marginal relevance, as the contract, 4.8, has
 * it.
 *
 * Each pick has the highest relevance × (1 - strength) - likeness to what is picked × strength. A piece without a
 * vector is like none. Each pair is compared once, so the work is candidates × limit.
 */
export function diverse(
  candidates: readonly Scored[],
  vectors: ReadonlyMap<string, ArrayLike<number>>,
  limit: number,
  strength: number,
): Scored[] {
  const left = candidates.map((candidate) => ({ candidate, likeness: 0 }));
  const picked: Scored[] = [];
  while (picked.length < limit && left.length > 0) {
    let best = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const [n, { candidate, likeness }] of left.entries()) {
      const value = candidate.score * (1 - strength) - likeness * strength;
      if (value > bestValue) [best, bestValue] = [n, value];
    }
    const [taken] = left.splice(best, 1);
    if (!taken) break;
    picked.push(taken.candidate);
    const other = vectors.get(taken.candidate.id);
    if (!other) continue;
    for (const one of left) {
      const vector = vectors.get(one.candidate.id);
      if (vector) one.likeness = Math.max(one.likeness, dot(vector, other));
    }
  }
  return picked;
}
