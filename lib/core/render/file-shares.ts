import { isText } from "../../domain/file.ts";
import type { NewMessage, Part } from "../../domain/message.ts";
import { MOST_FILE_TOKENS } from "./tokens.ts";

/** Of a budget new text files may take so much together. */
const SHARE = 0.5;

/**
 * New messages whose text files say how much of each is read: all together no more than half of the budget. It is said
 * once and stored, so that later prompts begin with the same words.
 */
export function withShares(messages: readonly NewMessage[], budget: number | null): readonly NewMessage[] {
  const isShared = (part: Part) => part.type === "file" && isText(part.mediaType);
  const count = messages.reduce((sum, { parts }) => sum + parts.filter(isShared).length, 0);
  if (budget === null || count === 0) return messages;
  const mostTokens = Math.min(MOST_FILE_TOKENS, Math.floor((budget * SHARE) / count));
  return messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) => (isShared(part) ? { ...part, mostTokens } : part)),
  }));
}
