/** Bits of a fingerprint: with so many, two directions that a search tells apart differ by several deviations. */
const BITS = 1024;
const SEED = 0x9e3779b9;

/**
 * The direction of a vector as 1,024 bits, written as 0 and 1: the more alike two vectors of one length are, the fewer
 * of their bits differ (Charikar, "Similarity estimation techniques from rounding algorithms", 2002).
 *
 * Each bit is the side of a plane on which the vector lies; the planes come from a fixed seed, and must stay as they
 * are, since fingerprints are stored. A zero vector has no direction and gets zeros.
 */
export function fingerprint(vector: ArrayLike<number>): string {
  const { length } = vector;
  const bits: string[] = [];
  let state = SEED;
  for (let bit = 0; bit < BITS; bit++) {
    let sum = 0;
    for (let at = 0; at < length; at += 32) {
      // Marsaglia's xorshift of 32 bits gives the signs of 32 numbers at once.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const end = Math.min(length, at + 32);
      for (let n = at; n < end; n++) sum += (vector[n] ?? 0) * (((state >>> (n - at)) & 1) * 2 - 1);
    }
    bits.push(sum > 0 ? "1" : "0");
  }
  return bits.join("");
}
