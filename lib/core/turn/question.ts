import { messageText, type NewMessage } from "../../domain/message.ts";

/** The text of the first message of a user; null where there is none. */
export function questionOf(input: readonly NewMessage[]): string | null {
  const asked = input.find((message) => message.role === "user");
  return asked ? messageText(asked.parts) : null;
}
