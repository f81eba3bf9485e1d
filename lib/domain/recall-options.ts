import { z } from "zod";

const RECALL_MODES = ["text", "vector", "hybrid"] as const;
export type RecallMode = (typeof RECALL_MODES)[number];

/**
 * In which way docs were searched for, and why it was another than asked for, or may not be all; null: nothing is to be
 * said.
 */
export const RecallWay = z.object({ mode: z.enum(RECALL_MODES), why: z.string().nullable() });
export type RecallWay = Readonly<z.infer<typeof RecallWay>>;

/** How docs are searched for. Absent means: the default of whoever searches. */
export const RecallOptions = z
  .object({
    mode: z.enum(RECALL_MODES),
    limit: z.number(),
    /** A language tag. */
    lang: z.string(),
    /** What a doc's metadata must contain. */
    metadataFilter: z.record(z.string(), z.unknown()).readonly(),
    /** So many of the last messages are what is searched for. */
    numSearchMessages: z.number(),
    /** In characters. */
    maxQueryLength: z.number(),
    includeEmbeddings: z.boolean(),
    /** The least cosine of a hit by vector. */
    confidence: z.number(),
    mmrStrength: z.number(),
    /** The weight of vectors in a hybrid search. */
    alpha: z.number(),
    /** How alike words must be to count as the same; null: they must begin alike. */
    trigramSimilarityThreshold: z.number().nullable(),
    /** In a hybrid search, so many times `limit` are taken of each kind. */
    kMultiplier: z.number(),
  })
  .partial();
export type RecallOptions = Readonly<z.infer<typeof RecallOptions>>;
