import { z } from "zod";
import { DEFAULT_RECALL, type RecallOptions } from "./recall.ts";

// A session's recall options in the spelling of the wire: they were checked when they were stored.
const Stored = z
  .object({
    mode: z.enum(["text", "vector", "hybrid"]),
    limit: z.number(),
    lang: z.string(),
    metadata_filter: z.record(z.string(), z.unknown()),
    num_search_messages: z.number(),
    max_query_length: z.number(),
    include_embeddings: z.boolean(),
    confidence: z.number(),
    mmr_strength: z.number(),
    alpha: z.number(),
    trigram_similarity_threshold: z.number().nullable(),
    k_multiplier: z.number(),
  })
  .partial();

/** Options of a search as the wire has them; what it does not say is the default of the Julep contract, 3.9. */
export function recallOptions(stored: unknown): RecallOptions {
  const known = Stored.safeParse(stored).data ?? {};
  return {
    mode: known.mode ?? DEFAULT_RECALL.mode,
    limit: known.limit ?? DEFAULT_RECALL.limit,
    lang: known.lang ?? DEFAULT_RECALL.lang,
    metadataFilter: known.metadata_filter ?? DEFAULT_RECALL.metadataFilter,
    numSearchMessages: known.num_search_messages ?? DEFAULT_RECALL.numSearchMessages,
    maxQueryLength: known.max_query_length ?? DEFAULT_RECALL.maxQueryLength,
    includeEmbeddings: known.include_embeddings ?? DEFAULT_RECALL.includeEmbeddings,
    confidence: known.confidence ?? DEFAULT_RECALL.confidence,
    mmrStrength: known.mmr_strength ?? DEFAULT_RECALL.mmrStrength,
    alpha: known.alpha ?? DEFAULT_RECALL.alpha,
    trigramSimilarityThreshold: known.trigram_similarity_threshold ?? DEFAULT_RECALL.trigramSimilarityThreshold,
    kMultiplier: known.k_multiplier ?? DEFAULT_RECALL.kMultiplier,
  };
}
