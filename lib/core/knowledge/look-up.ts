import type { DocHit, DocOwners } from "../../domain/doc.ts";
import { toChatError } from "../../domain/errors.ts";
import { DEFAULT_RECALL } from "../recall/recall.ts";
import { embedTexts, searchDocs } from "../recall/search.ts";
import type { Scope } from "../scope.ts";

/** What a question has found: best first, by which way it was looked for, and why by no better one. */
export type Found = {
  readonly hits: readonly FoundPiece[];
  readonly mode: "text" | "vector" | "hybrid";
  /** A sentence; null: it was looked for as it should be. */
  readonly why: string | null;
};

/** `score`: from 0 to 1, higher is better. */
export type FoundPiece = { readonly hit: DocHit; readonly score: number };

const NO_MODEL = "No embedding model is set up, so words were looked for and not meanings.";
const NOT_EMBEDDED = "The question could not be embedded, so its words were looked for.";

/** The pieces of the owners' docs that say most to a question, `limit` at the most. `isAsked`: see `embedTexts`. */
export async function lookUp(
  scope: Scope,
  owners: DocOwners,
  question: string,
  {
    limit,
    isAsked,
    filter = {},
  }: { readonly limit: number; readonly isAsked: boolean; readonly filter?: Readonly<Record<string, unknown>> },
): Promise<Found> {
  const { vector, why } = await questionVector(scope, question, isAsked);
  const mode = vector === null ? "text" : "hybrid";
  const options = { ...DEFAULT_RECALL, mode, limit, metadataFilter: filter, confidence: 0, mmrStrength: 0 } as const;
  const asked = { ...options, includeEmbeddings: false, trigramSimilarityThreshold: 0.6 };
  const hits = await searchDocs(scope, owners, { text: question, vector }, asked);
  const scored = hits.map((hit) => ({ hit, score: mode === "hybrid" ? 1 - hit.distance : hit.distance }));
  return { hits: scored.map((one) => ({ ...one, score: Math.max(0, Math.min(1, one.score)) })), mode, why };
}

async function questionVector(scope: Scope, question: string, isAsked: boolean) {
  if (scope.models.embedding === null) return { vector: null, why: NO_MODEL };
  try {
    const [vector] = await embedTexts(scope, [question], { instruction: "", isAsked });
    return { vector: vector ?? null, why: null };
  } catch (thrown) {
    if (isAsked && toChatError(thrown).code === "rate-limited") throw thrown;
    scope.log.warn({ err: thrown }, "A question could not be embedded; its words are looked for instead");
    return { vector: null, why: NOT_EMBEDDED };
  }
}
