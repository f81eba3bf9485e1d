import { type DocScope, listUnembeddedDocs } from "../../db/doc-search.ts";
import type { Scope } from "../scope.ts";
import { type FoundWords, type TextOptions, textSearch } from "./find.ts";

const SOME_BY_WORDS = "Not all docs are embedded yet: in those that are not, the words were looked for.";

/**
 * What a search by vectors cannot find yet: pieces with the words of a text in docs that are not embedded, or not as a
 * whole, best first. Of the latest docs: the older ones have had their time.
 */
export async function unembedded(
  scope: Pick<Scope, "database" | "models" | "longWork">,
  docs: DocScope,
  text: string | null,
  options: TextOptions & { readonly limit: number },
): Promise<FoundWords> {
  if (text === null || scope.models.embedding === null) return { found: [] };
  const docIds = await listUnembeddedDocs(scope.database, docs, scope.models.embedding.model);
  if (docIds.length === 0) return { found: [] };
  const { found, why } = await textSearch(scope, { ...docs, docIds }, text, options, options.limit);
  return { found, why: why ?? SOME_BY_WORDS };
}
