import type { Message } from "../domain/message.ts";
import type { Database } from "./database.ts";
import { readStretchRows } from "./sql/messages.ts";

/** What was said in a message, and where it stands. */
export type StretchMessage = Pick<Message, "role" | "name" | "parts" | "position" | "branchId">;

/**
 * The messages on the line that a session of the account showed when it was read, at positions from `from` to before
 * `to`, oldest first.
 */
export async function readStretch(
  database: Database,
  accountId: string,
  { id: sessionId, activeBranchId: branchId }: { readonly id: string; readonly activeBranchId: string },
  from: number,
  to: number,
): Promise<StretchMessage[]> {
  return readStretchRows(database, { sessionId, accountId, from, to, branchId });
}
