/**
 * How a search went, for bodies that another vendor has laid down: `x-search-mode` is text, vector or hybrid, and
 * `x-search-note` a sentence that says why it was that one, or why there may be more than was found.
 */
export function searchHeaders({ mode, why }: { readonly mode: string; readonly why?: string | null }): HeadersInit {
  return { "x-search-mode": mode, ...(why ? { "x-search-note": why } : {}) };
}
