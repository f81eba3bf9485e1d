import { ChatError } from "../../domain/errors.ts";
import type { PromptMessage } from "../../domain/model.ts";
import { messageTokens, promptTokens } from "./tokens.ts";

export type Fitted = { readonly messages: readonly PromptMessage[]; readonly dropped: number };

/**
 * Makes a prompt fit a budget of tokens by dropping the oldest past messages, an assistant's calls and their results
 * together, never the system message or what is new. System messages among the dropped stay where there is room.
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
  if (budget === null) return { messages: [...system, ...past, ...fresh], dropped: 0 };
  const fixed = promptTokens(system) + promptTokens(fresh);
  let room = budget - fixed;
  if (room < 0 || (overflow === "refuse" && promptTokens(past) > room)) {
    const size = fixed + promptTokens(past);
    throw new ChatError(
      "prompt-too-big",
      `The prompt has about ${size} tokens, ${system.length + fresh.length} new and system messages alone ${fixed}; the limit is ${budget}`,
    );
  }
  let from = past.length;
  while (from > 0) {
    const start = groupStart(past, from - 1);
    const size = promptTokens(past.slice(start, from));
    if (size > room) break;
    room -= size;
    from = start;
  }
  const systems = past.slice(0, from).filter((message) => {
    const stays = message.role === "system" && messageTokens(message) <= room;
    if (stays) room -= messageTokens(message);
    return stays;
  });
  return { messages: [...system, ...systems, ...past.slice(from), ...fresh], dropped: from - systems.length };
}

/** Where the group begins that must stay whole: an assistant's calls and the results behind them. */
function groupStart(past: readonly PromptMessage[], at: number): number {
  let start = at;
  while (start > 0 && past[start]?.role === "tool") start--;
  return start;
}
