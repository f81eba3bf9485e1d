import type { DocHit, DocOwners } from "../../domain/doc.ts";
import { toChatError } from "../../domain/errors.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { RecallOptions } from "../../domain/recall-options.ts";
import type { Scope } from "../scope.ts";
import { embedTexts, searchDocs } from "./search.ts";

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

type Said = Pick<NewMessage, "role" | "name" | "parts">;

/**
 * The docs that a turn is to know, best first: the contract, 4.8. Nothing where nobody has said anything in plain text.
 *
 * `said`: how the session says to search; null: nothing. A search by vector whose embedding fails becomes one by text: an
 * answer without its docs is worse than one with fewer.
 */
export async function recall(
  scope: Scope,
  owners: DocOwners,
  messages: readonly Said[],
  said: RecallOptions | null,
): Promise<DocHit[]> {
  const options = { ...DEFAULT_RECALL, ...said };
  const spoken = messages.flatMap((message) => {
    const words = message.parts.filter((one) => one.type !== "file");
    const [part] = words;
    const isSpoken = message.role === "user" || message.role === "assistant";
    if (!isSpoken || words.length !== 1 || part?.type !== "text" || part.text.trim() === "") return [];
    return [{ by: message.name ?? message.role, text: part.text }];
  });
  const asked = spoken.slice(-options.numSearchMessages);
  const last = asked.at(-1);
  if (!last) return [];
  const text = last.text.slice(0, options.maxQueryLength);
  const vector = options.mode === "text" ? null : await queryVector(scope, asked, options.maxQueryLength);
  return searchDocs(scope, owners, { text, vector }, vector === null ? { ...options, mode: "text" } : options);
}

async function queryVector(
  scope: Scope,
  asked: readonly { readonly by: string; readonly text: string }[],
  length: number,
): Promise<readonly number[] | null> {
  if (scope.models.embedding === null) return null;
  const query = asked.map(({ by, text }) => `${by}: ${text}`).join("\n\n");
  try {
    const [vector] = await embedTexts(scope, [query.slice(-length)], { instruction: "", isAsked: false });
    return vector ?? null;
  } catch (thrown) {
    // At a limit there would be a line for each turn.
    const level = toChatError(thrown).code === "rate-limited" ? "debug" : "warn";
    scope.log[level]({ err: thrown }, "A question could not be embedded; its words are looked for instead");
    return null;
  }
}
