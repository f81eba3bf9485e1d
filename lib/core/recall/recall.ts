import type { DocOwner, DocOwners } from "../../domain/doc.ts";
import { toChatError } from "../../domain/errors.ts";
import type { RecallMode, RecallOptions } from "../../domain/recall-options.ts";
import type { Scope } from "../scope.ts";
import { embedTexts, findPieces, piecesOf } from "./search.ts";

/** What a session recalls by that says nothing: the Julep contract, 3.9. */
export const DEFAULT_RECALL: Required<RecallOptions> = {
  mode: "vector",
  limit: 10,
  lang: "en-US",
  metadataFilter: {},
  includeEmbeddings: true,
  confidence: 0.5,
  mmrStrength: 0.5,
  alpha: 0.5,
  trigramSimilarityThreshold: null,
  kMultiplier: 7,
  numSearchMessages: 4,
  maxQueryLength: 1000,
};

/**
 * How is searched where no contract says so: what the benchmark of recall found best. The least cosine keeps out what
 * has nothing to do with a question: models that embed give such pieces less.
 */
export const BEST_RECALL: Required<RecallOptions> = {
  ...DEFAULT_RECALL,
  mode: "hybrid",
  confidence: 0.2,
  mmrStrength: 0,
};

/**
 * Who asks, and which docs of the account are looked into: those of any of the owners that hold the other conditions.
 */
export type RecallScope = Scope & {
  readonly owners: DocOwners;
  /** Of these alone. Absent: of all that the owners have. */
  readonly docIds?: readonly string[];
  /** What a doc's metadata must contain. */
  readonly metadataFilter?: Readonly<Record<string, unknown>>;
};

export type RecallQuery = {
  readonly text: string;
  /** Of the text, by the embedding model. Absent: it is asked for where it is needed. */
  readonly vector?: readonly number[];
};

/**
 * How to search; absent is the best that is known. `confidence` is the least cosine of what is found by vector alone.
 */
export type RecallSettings = Partial<
  Pick<RecallOptions, "mode" | "limit" | "lang" | "confidence" | "alpha" | "mmrStrength" | "trigramSimilarityThreshold">
>;

/**
 * A piece of a doc. Scores are 0 to 1, higher is better; the score of a kind is absent where that kind did not find it.
 */
export type Hit = {
  readonly docId: string;
  readonly chunkId: string;
  /** The place of the piece in its doc, from 0. */
  readonly position: number;
  readonly text: string;
  readonly score: number;
  readonly textScore?: number;
  readonly vectorScore?: number;
  readonly title: string;
  readonly owner: DocOwner;
  readonly pageFrom?: number;
  readonly pageTo?: number;
  /** Where it stands in the text of its doc, in UTF-16 units. */
  readonly startChar?: number;
  readonly endChar?: number;
  /** The headings over it, the outermost first. */
  readonly headings: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
};

/** `why`: for what reason it was searched in another way than asked for, or may not be all that there is. */
export type Recalled = { readonly hits: readonly Hit[]; readonly mode: RecallMode; readonly why?: string };

/**
 * Finds the pieces of docs that say most of what is asked, best first, never more than `limit` (10 where it is absent).
 *
 * Without a mode it searches by words and by vectors where there is an embedding model, else by words. What fails of
 * embedding leaves the words. It looks at no rights but the account's: which owners the caller reaches, its caller
 * knows.
 */
export async function recall(scope: RecallScope, query: RecallQuery, settings: RecallSettings = {}): Promise<Recalled> {
  const { owners, docIds, metadataFilter = {} } = scope;
  const mode = settings.mode ?? (scope.models.embedding === null ? "text" : "hybrid");
  const vector = mode === "text" ? null : (query.vector ?? (await vectorOf(scope, query.text)));
  const isLost = mode !== "text" && vector === null;
  const options = {
    ...BEST_RECALL,
    ...settings,
    metadataFilter,
    mode: isLost ? ("text" as const) : mode,
    includeEmbeddings: false,
  };
  const found = await findPieces(scope, { owners, docIds }, { text: query.text, vector }, options);
  const chunks = await piecesOf(scope, found.scored);
  const hits = found.scored.flatMap(({ id, score }): Hit[] => {
    const chunk = chunks.get(id);
    if (!chunk) return [];
    const [textScore, vectorScore] = [found.texts.get(id), found.vectors.get(id)];
    const place = {
      pageFrom: chunk.pageFrom,
      pageTo: chunk.pageTo,
      startChar: chunk.startChar,
      endChar: chunk.endChar,
    };
    return [
      {
        docId: chunk.docId,
        chunkId: id,
        position: chunk.index,
        text: chunk.content,
        score: Math.min(1, Math.max(0, score)),
        ...(textScore === undefined ? {} : { textScore }),
        ...(vectorScore === undefined ? {} : { vectorScore }),
        title: chunk.title,
        owner: chunk.owner,
        ...Object.fromEntries(Object.entries(place).filter(([, value]) => value !== null)),
        headings: chunk.headings,
        metadata: chunk.metadata,
      },
    ];
  });
  const why = isLost ? reasonOf(scope) : found.why;
  return { hits, mode: found.mode, ...(why === undefined ? {} : { why }) };
}

/** Why a question has no vector. */
export const reasonOf = ({ models }: Scope): string =>
  models.embedding === null ? "No embedding model is set up." : "The question could not be embedded.";

/** So long an embedding model is left alone that was silent until its time was over: each turn would wait in vain. */
const REST_MS = 60_000;
const restsUntil = new WeakMap<object, number>();

/**
 * The vector of a question; null where there is no embedding model, or it fails, which is logged, or was silent within
 * the last minute.
 */
export async function vectorOf(scope: Scope, question: string): Promise<readonly number[] | null> {
  const { embedding } = scope.models;
  if (embedding === null || scope.now() < (restsUntil.get(embedding) ?? 0)) return null;
  try {
    const [vector] = await embedTexts(scope, [question], { instruction: "", isAsked: false });
    return vector ?? null;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "TimeoutError")
      restsUntil.set(embedding, scope.now() + REST_MS);
    // At a limit there would be a line for each turn.
    const level = toChatError(thrown).code === "rate-limited" ? "debug" : "warn";
    scope.log[level]({ err: thrown }, "A question could not be embedded; its words are looked for instead");
    return null;
  }
}
