import type { PromptMessage } from "../../domain/model.ts";

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
      return (
        4 + message.parts.reduce((sum, part) => sum + (part.type === "text" ? approximateTokens(part.text) : 800), 0)
      );
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
