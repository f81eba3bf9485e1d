import type { Message } from "../domain/message.ts";
import type { Database } from "./database.ts";
import { readStretchRows } from "./sql/messages.ts";

/** What was said in a message, and where it stands. */
export type StretchMessage = Pick<Message, "role" | "name" | "parts" | "position" | "branchId">;

/** The messages on the active line of a session of the account at positions from `from` to before `to`, oldest first. */
export async function readStretch(
  database: Database,
  accountId: string,
  sessionId: string,
  from: number,
  to: number,
): Promise<StretchMessage[]> {
  return readStretchRows(database, { sessionId, accountId, from, to });
}
