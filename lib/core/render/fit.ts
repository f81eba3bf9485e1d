import { ChatError } from "../../domain/errors.ts";
import type { PromptMessage } from "../../domain/model.ts";
import { messageTokens, promptTokens } from "./tokens.ts";

export type Fitted = {
  readonly messages: readonly PromptMessage[];
  readonly dropped: number;
  /** Tokens with nothing dropped. */
  readonly size: number;
};

/**
 * Makes a prompt fit a budget of tokens by dropping the oldest past messages, an assistant's calls and their results
 * together, never the system message or what is new. System messages of the past stay as long as there is room for
 * them.
 *
 * Throws "prompt-too-big" where `overflow` is "refuse" and the prompt is over the budget, and where system and new
 * messages alone exceed it. A null budget fits everything.
 */
export function fit(
  prompt: {
    readonly system: readonly PromptMessage[];
    readonly past: readonly PromptMessage[];
    readonly fresh: readonly PromptMessage[];
  },
  budget: number | null,
  overflow: "refuse" | "truncate",
): Fitted {
  const { system, past, fresh } = prompt;
  const fixed = promptTokens(system) + promptTokens(fresh);
  const size = fixed + promptTokens(past);
  if (budget === null) return { messages: [...system, ...past, ...fresh], dropped: 0, size };
  let room = budget - fixed;
  if (room < 0 || (overflow === "refuse" && size > budget)) {
    throw new ChatError(
      "prompt-too-big",
      `The prompt has about ${size} tokens, ${system.length + fresh.length} new and system messages alone ${fixed}; the limit is ${budget}`,
    );
  }
  // System messages stay before anything else does, the latest first where not all fit.
  const kept = new Set<PromptMessage>();
  for (const message of past.toReversed()) {
    if (message.role !== "system" || messageTokens(message) > room) continue;
    kept.add(message);
    room -= messageTokens(message);
  }
  let from = past.length;
  while (from > 0) {
    const start = groupStart(past, from - 1);
    const group = past.slice(start, from).filter((message) => message.role !== "system");
    const tokens = promptTokens(group);
    if (tokens > room) break;
    room -= tokens;
    from = start;
  }
  const stays = past.filter((message, n) => (message.role === "system" ? kept.has(message) : n >= from));
  return { messages: [...system, ...stays, ...fresh], dropped: past.length - stays.length, size };
}

/** Where the group begins that must stay whole: an assistant's calls and the results behind them. */
function groupStart(past: readonly PromptMessage[], at: number): number {
  let start = at;
  while (start > 0 && past[start]?.role === "tool") start--;
  return start;
}
