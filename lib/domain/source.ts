/** A piece of a document that an answer rests on. */
export type Source = {
  /** From 1 on, in the order in which they were found. A number is used once, also when its document is gone. */
  readonly n: number;
  readonly docId: string;
  readonly pieceId: string;
  readonly title: string;
  readonly pageFrom: number | null;
  readonly pageTo: number | null;
  /** The beginning of the piece. */
  readonly excerpt: string;
};

/** So many characters of a piece are an excerpt of it. */
export const EXCERPT_CHARACTERS = 280;
/** So many sources are told of one answer. */
const MOST_SOURCES = 100;

/** What was recalled for a turn before its model was asked, and how many pieces that was, those that are gone too. */
export type Recalled = { readonly sources: readonly Source[]; readonly count: number };
export const NOTHING_RECALLED: Recalled = { sources: [], count: 0 };

/** All sources of an answer, numbered: what was recalled, and behind it what its tools have found, each piece once. */
export function allSources({ sources, count }: Recalled, found: readonly Omit<Source, "n">[]): readonly Source[] {
  const known = new Set(sources.map(({ pieceId }) => pieceId));
  const all = [...sources];
  let n = count;
  for (const source of found) {
    if (known.has(source.pieceId)) continue;
    known.add(source.pieceId);
    all.push({ ...source, n: ++n });
  }
  return all.slice(0, MOST_SOURCES);
}
