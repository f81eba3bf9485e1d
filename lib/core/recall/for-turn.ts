import type { DocHit, DocOwners } from "../../domain/doc.ts";
import type { NewMessage } from "../../domain/message.ts";
import type { RecallOptions, RecallWay } from "../../domain/recall-options.ts";
import type { Session } from "../../domain/session.ts";
import type { Scope } from "../scope.ts";
import { BEST_RECALL, DEFAULT_RECALL, reasonOf, vectorOf } from "./recall.ts";
import { searchDocs } from "./search.ts";

type Said = Pick<NewMessage, "role" | "name" | "parts">;

/** What was recalled for a turn, best first. `way`: how it was looked for; null: nobody has looked. */
export type RecalledForTurn = { readonly docs: readonly DocHit[]; readonly way: RecallWay | null };

export const NOT_LOOKED: RecalledForTurn = { docs: [], way: null };

/**
 * The docs that a turn is to know: the Julep contract, 4.8. Nobody looks where nobody has said anything in plain text.
 *
 * `said`: how the session and its agent say to search. `origin`: the dialect that made it, whose contract may have a
 * default. A search by vector whose embedding fails becomes one by text: an answer without its docs is worse than one
 * with fewer.
 */
export async function recallForTurn(
  scope: Scope,
  owners: DocOwners,
  messages: readonly Said[],
  said: RecallOptions,
  origin: Session["origin"],
): Promise<RecalledForTurn> {
  // The contract's least cosine is none for the embedding of the demo, which knows no meanings.
  const base = origin === "julep" && !scope.models.isDemo ? DEFAULT_RECALL : BEST_RECALL;
  const options = { ...base, ...said };
  const spoken = messages.flatMap((message) => {
    const words = message.parts.filter((one) => one.type !== "file");
    const [part] = words;
    const isSpoken = message.role === "user" || message.role === "assistant";
    if (!isSpoken || words.length !== 1 || part?.type !== "text" || part.text.trim() === "") return [];
    return [{ by: message.name ?? message.role, text: part.text }];
  });
  const asked = spoken.slice(-options.numSearchMessages);
  const last = asked.at(-1);
  if (!last) return NOT_LOOKED;
  const text = last.text.slice(0, options.maxQueryLength).toWellFormed();
  const whole = asked.map(({ by, text: words }) => `${by}: ${words}`).join("\n\n");
  const vector =
    options.mode === "text" ? null : await vectorOf(scope, whole.slice(-options.maxQueryLength).toWellFormed());
  const how = vector === null ? { ...options, mode: "text" as const } : options;
  const { hits, mode, why } = await searchDocs(scope, owners, { text, vector }, how);
  const lost = how.mode === options.mode ? undefined : reasonOf(scope);
  return { docs: hits, way: { mode, why: lost ?? why ?? null } };
}
