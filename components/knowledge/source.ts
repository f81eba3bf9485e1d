import { CITATION } from "@/lib/domain/citation";

/** A passage that an answer was made from. */
export type Source = {
  /** From 1 on; how an answer names it, in brackets. */
  readonly n: number;
  readonly doc_id: string;
  readonly chunk_id: string;
  readonly title: string;
  readonly page_from: number | null;
  readonly page_to: number | null;
  /** Its beginning. */
  readonly excerpt: string;
  /** Whether the model was told its number; else a number in the answer is no source, whatever it looks like. */
  readonly citable: boolean;
};

/** A stretch of an answer: text, or a source that it names. */
export type Cited = { readonly text: string } | { readonly source: Source };

/** The stretches of a text in their order; numbers of no source, and of one that the model knew by none, stay text. */
export function citedIn(text: string, sources: ReadonlyMap<number, Source>): readonly Cited[] {
  const stretches: Cited[] = [];
  let at = 0;
  for (const { 0: whole, index } of text.matchAll(CITATION)) {
    const named = (whole.match(/\d+/gu) ?? []).map((number) => sources.get(Number(number)));
    if (!named.every((source) => source?.citable)) continue;
    if (index > at) stretches.push({ text: text.slice(at, index) });
    stretches.push(...named.flatMap((source) => (source ? [{ source }] : [])));
    at = index + whole.length;
  }
  if (at < text.length) stretches.push({ text: text.slice(at) });
  return stretches;
}

/** The numbers of sources that texts name. */
export function namedIn(texts: readonly string[], sources: readonly Source[]): ReadonlySet<number> {
  const known = new Map(sources.map((source) => [source.n, source]));
  if (known.size === 0) return new Set();
  return new Set(
    texts.flatMap((text) => citedIn(text, known).flatMap((one) => ("source" in one ? [one.source.n] : []))),
  );
}
