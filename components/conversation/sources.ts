import { shapeOf } from "./result-shape";
import type { Block } from "./turn-state";

/** A page that a tool has found. */
export type Source = { readonly url: string; readonly title: string };

/** More would be a list of its own, which the call has. */
const MOST = 8;
const NONE: readonly Source[] = [];

/** The pages that the calls of a turn have found, each once, the first ones. */
export function sourcesOf(blocks: readonly Block[]): readonly Source[] {
  const found = new Map<string, Source>();
  for (const block of blocks) {
    if (block.kind !== "tool" || block.result === null || block.result.isError) continue;
    const shape = shapeOf(block.result.output);
    if (shape.kind !== "links") continue;
    for (const link of shape.links) if (!found.has(link.url)) found.set(link.url, link);
  }
  return found.size === 0 ? NONE : [...found.values()].slice(0, MOST);
}
