import { marked } from "./marked";

/** A text in which the words of a question are marked. */
export function Marked({ text, question }: { readonly text: string; readonly question: string }) {
  return marked(text, question).map((stretch, n) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: a stretch is what stands at its place.
    stretch.isMarked ? <mark key={n}>{stretch.text}</mark> : stretch.text,
  );
}
