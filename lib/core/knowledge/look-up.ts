import type { DocOwners } from "../../domain/doc.ts";
import { toChatError } from "../../domain/errors.ts";
import { type Hit, type RecallSettings, recall } from "../recall/recall.ts";
import { embedTexts } from "../recall/search.ts";
import type { Scope } from "../scope.ts";

/** What a question has found: best first, by which way it was looked for, and why by no better one. */
export type Found = {
  readonly hits: readonly Hit[];
  readonly mode: "text" | "vector" | "hybrid";
  /** A sentence; null: it was looked for as it should be. */
  readonly why: string | null;
};

export type LookUpOptions = {
  readonly limit: number;
  /** Whether somebody has asked this alone, so that it counts where turns are counted, and may be refused. */
  readonly isAsked: boolean;
  /** What the metadata of a doc must contain. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Of these docs alone. */
  readonly docIds?: readonly string[];
};

const NO_MODEL = "No embedding model is set up, so words were looked for and not meanings.";
const NOT_EMBEDDED = "The question could not be embedded, so its words were looked for.";

/**
 * The pieces of the owners' docs that say most to a question, `limit` at the most. Throws "rate-limited" where it is
 * asked.
 */
export async function lookUp(
  scope: Scope,
  owners: DocOwners,
  question: string,
  { limit, isAsked, filter, docIds }: LookUpOptions,
): Promise<Found> {
  const asked: Asked = isAsked ? await embedded(scope, question) : {};
  const where = { ...scope, owners, docIds, metadataFilter: filter };
  const settings: RecallSettings = { limit, ...(asked.why === undefined ? {} : { mode: "text" }) };
  const found = await recall(where, { text: question, vector: asked.vector }, settings);
  const fallback = scope.models.embedding === null ? NO_MODEL : null;
  return { hits: found.hits, mode: found.mode, why: asked.why ?? found.why ?? fallback };
}

type Asked = { readonly vector?: readonly number[]; readonly why?: string };

async function embedded(scope: Scope, question: string): Promise<Asked> {
  if (scope.models.embedding === null) return {};
  try {
    const [vector] = await embedTexts(scope, [question], { instruction: "", isAsked: true });
    return { vector };
  } catch (thrown) {
    if (toChatError(thrown).code === "rate-limited") throw thrown;
    scope.log.warn({ err: thrown }, "A question could not be embedded; its words are looked for instead");
    return { why: NOT_EMBEDDED };
  }
}
