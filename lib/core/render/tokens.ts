import { isImage, isText } from "../../domain/file.ts";
import type { PromptMessage, PromptPart } from "../../domain/model.ts";

/** Tokens of a text, guessed: one for each four characters, and never none for some text. */
export const approximateTokens = (text: string): number => Math.ceil(text.length / 4);

/** What a prompt comes to, guessed: its texts and four tokens a message. */
export const promptTokens = (messages: readonly PromptMessage[]): number =>
  messages.reduce((sum, message) => sum + messageTokens(message), 0);

export function messageTokens(message: PromptMessage): number {
  switch (message.role) {
    case "system":
      return 4 + approximateTokens(message.text);
    case "user":
      return 4 + message.parts.reduce((sum, part) => sum + partTokens(part), 0);
    case "assistant":
      return (
        4 +
        approximateTokens(message.text) +
        approximateTokens(message.calls.map((call) => JSON.stringify(call)).join("")) +
        // Thoughts go back with calls alone.
        approximateTokens(message.calls.length > 0 ? (message.provider?.thoughts ?? "") : "")
      );
    case "tool":
      return 4 + approximateTokens(JSON.stringify(message.output) ?? "");
  }
}

/** What an image comes to, guessed: providers count by its size, of which nothing is known here. */
const IMAGE_TOKENS = 800;
/** The words around the text of a file, or in the place of one that no model can read. */
const FRAME_TOKENS = 40;
/** Tokens of one file that a model gets to read at the most. */
export const MOST_FILE_TOKENS = 25_000;

/** Tokens of a part of a question, guessed. */
export function partTokens(part: PromptPart): number {
  if (part.type === "text") return approximateTokens(part.text);
  if (part.type === "image" || isImage(part.mediaType)) return IMAGE_TOKENS;
  return FRAME_TOKENS + (isText(part.mediaType) ? Math.min(shownTokens(part), Math.ceil(part.size / 4)) : 0);
}

/** So many tokens of a text file's content are read at the most. */
export const shownTokens = ({ mostTokens = MOST_FILE_TOKENS }: { readonly mostTokens?: number }): number => mostTokens;
