import { messageText, type NewMessage } from "../../domain/message.ts";

/** The text of the first message of a user; null where there is none. */
export function questionOf(input: readonly NewMessage[]): string | null {
  const asked = input.find((message) => message.role === "user");
  return asked ? messageText(asked.parts) : null;
}

/** What a question is called by: its text, or the names of its files where it has no words. */
export function topicOf(input: readonly NewMessage[]): string | null {
  const question = questionOf(input);
  if (question === null || question.trim() !== "") return question;
  const asked = input.find((message) => message.role === "user");
  return asked?.parts.flatMap((part) => (part.type === "file" ? [part.name] : [])).join(", ") ?? "";
}
