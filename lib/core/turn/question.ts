import { messageText, type NewMessage } from "../../domain/message.ts";

/** The text of the first message of a user; null where there is none. */
export function questionOf(input: readonly NewMessage[]): string | null {
  const asked = input.find((message) => message.role === "user");
  return asked ? messageText(asked.parts) : null;
}

/** What a question is called by, and the message that it is. */
export type Topic = { readonly text: string; readonly messageId: string };

/** What the first message of a user is called by: its text, or the names of its files where it has no words. */
export function topicOf(input: readonly NewMessage[]): Topic | null {
  const asked = input.find((message) => message.role === "user");
  if (!asked) return null;
  const words = messageText(asked.parts);
  const names = asked.parts.flatMap((part) => (part.type === "file" ? [part.name] : [])).join(", ");
  return { text: words.trim() === "" ? names : words, messageId: asked.id };
}
