import type { Database } from "./database.ts";
import type { WordShares } from "./gather.ts";
import { sampleWordRows } from "./sql/doc-search.ts";
import type { Connection } from "./sql.ts";

/** The sample: so many blocks of the table, of some pieces each. */
const BLOCKS = 300;
/** Words that fewer pieces of it have are rare. */
const LEAST = 3;
const MOST_WORDS = 4000;
/** After this, or when the pieces take twice as much or half, a new sample is taken. */
const FRESH_MS = 10 * 60_000;

type Sampled = { readonly bytes: number; readonly at: number; readonly shares: WordShares };
const sampled = new WeakMap<Database, Sampled>();

/**
 * How common words are in the pieces of everybody, from a sample that is some minutes old at the most. It says what a
 * search costs and what a word is worth; nobody is told of it.
 *
 * `bytes`: how much the pieces take now.
 */
export async function wordShares(database: Database, connection: Connection, bytes: number): Promise<WordShares> {
  const known = sampled.get(database);
  const isFresh =
    known && performance.now() - known.at < FRESH_MS && bytes < 2 * known.bytes && known.bytes < 2 * bytes;
  if (isFresh) return known.shares;
  const found = await sampleWordRows(connection, { blocks: BLOCKS, least: LEAST, limit: MOST_WORDS });
  const [first] = found;
  const taken = first?.pieces ?? 1;
  const words = found.map((one) => ({ word: one.word, share: one.found / taken }));
  const shares: WordShares = {
    pieces: first ? taken / first.part : 0,
    least: 1 / taken,
    words: words.sort((a, b) => (a.word < b.word ? -1 : 1)),
  };
  sampled.set(database, { bytes, at: performance.now(), shares });
  return shares;
}
