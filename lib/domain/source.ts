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
  /** Whether the model was told its number, so that the number in brackets in the answer is this source. */
  readonly isCitable: boolean;
};

/** So many characters of a piece are an excerpt of it. */
export const EXCERPT_CHARACTERS = 280;
/** So many sources are told of one answer. */
const MOST_SOURCES = 100;

/** What was recalled for a turn before its model was asked, and how many pieces that was, those that are gone too. */
export type Recalled = { readonly sources: readonly Source[]; readonly count: number };
export const NOTHING_RECALLED: Recalled = { sources: [], count: 0 };

/** All sources of an answer by their numbers: what was recalled, and what its tools have found, each piece once. */
export function allSources({ sources }: Recalled, found: readonly Source[]): readonly Source[] {
  const all = new Map(sources.map((source) => [source.pieceId, source]));
  // A model that was told by a tool knows the number, whether or not its prompt had it.
  for (const source of found) all.set(source.pieceId, source);
  return [...all.values()].sort((a, b) => a.n - b.n).slice(0, MOST_SOURCES);
}
