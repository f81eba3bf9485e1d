/** A longer word is compared by its beginning. */
const LONGEST_WORD = 64;
/** Sums of trigrams that are asked for are marked in a table of this size, so that others need no look into the map. */
const MARKS = 1 << 16;
const BLANK = 32;

/**
 * Compares words with those that are asked for: gives how much the most alike of these has in common with a word, 0…1,
 * which is their shared trigrams over all of both, as PostgreSQL's pg_trgm counts.
 *
 * The trigrams of what is asked are listed once, so that a word costs what it shares and not a comparison with each.
 */
export function trigramMatcher(asked: readonly string[]): (word: string) => number {
  const sizes: number[] = [];
  const holders = new Map<number, number[]>();
  const marks = new Uint8Array(MARKS);
  for (const [n, word] of asked.entries()) {
    const own = trigrams(word);
    sizes.push(own.length);
    for (const trigram of own) {
      marks[trigram % MARKS] = 1;
      const list = holders.get(trigram);
      if (list) list.push(n);
      else holders.set(trigram, [n]);
    }
  }
  const shared = new Uint16Array(asked.length);
  return (word) => {
    const own = trigrams(word);
    let isAlike = false;
    for (const trigram of own) {
      if (marks[trigram % MARKS] === 0) continue;
      for (const n of holders.get(trigram) ?? []) {
        shared[n] = (shared[n] ?? 0) + 1;
        isAlike = true;
      }
    }
    if (!isAlike) return 0;
    let most = 0;
    for (let n = 0; n < shared.length; n++) {
      const count = shared[n] ?? 0;
      if (count > 0) most = Math.max(most, count / (own.length + (sizes[n] ?? 0) - count));
    }
    shared.fill(0);
    return most;
  };
}

/** The trigrams of a word in lower case, with two blanks before it and one behind, each once, as numbers. */
function trigrams(word: string): number[] {
  const found: number[] = [];
  const length = Math.min(word.length, LONGEST_WORD);
  let [first, second] = [BLANK, BLANK];
  for (let n = 0; n <= length; n++) {
    const third = n < length ? word.charCodeAt(n) : BLANK;
    // Three units of 16 bits fit into a number.
    const trigram = (first * 65_536 + second) * 65_536 + third;
    if (!found.includes(trigram)) found.push(trigram);
    [first, second] = [second, third];
  }
  return found;
}
