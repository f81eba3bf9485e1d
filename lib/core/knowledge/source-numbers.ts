import type { Source } from "../../domain/source.ts";

/** The numbers by which a turn's model is told of passages: one for each piece, whatever finds it and however often. */
export type SourceNumbers = {
  /** The number of a piece; the next one for a piece that has none. */
  readonly of: (pieceId: string) => number;
  /** Keeps numbers that were given before, and all up to `count`. */
  readonly keep: (sources: readonly Pick<Source, "n" | "pieceId">[], count?: number) => void;
};

export function sourceNumbers(): SourceNumbers {
  const numbers = new Map<string, number>();
  let last = 0;
  return {
    of(pieceId) {
      const known = numbers.get(pieceId);
      if (known !== undefined) return known;
      numbers.set(pieceId, ++last);
      return last;
    },
    keep(sources, count = 0) {
      for (const { n, pieceId } of sources) numbers.set(pieceId, n);
      last = Math.max(last, count, ...sources.map(({ n }) => n));
    },
  };
}
