import { messageText } from "../domain/message.ts";
import type { Database } from "./database.ts";
import { findFirstQuestionRow } from "./sql/messages.ts";

/**
 * The text of the first message that a user sent on the active line of a session of the account; null: there is none.
 */
export async function findFirstQuestion(
  database: Database,
  accountId: string,
  sessionId: string,
): Promise<string | null> {
  const [row] = await findFirstQuestionRow(database, { sessionId, accountId });
  return row ? messageText(row.parts) : null;
}
