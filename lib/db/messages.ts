import type { Message } from "../domain/message.ts";
import type { NewBranch } from "./claims.ts";
import type { Database } from "./database.ts";
import { findPositionRow, listSegments, readLineRows, readSystemMessageRows } from "./sql/messages.ts";

/** Which part of which line is read. */
export type Stretch = {
  /** The first position. */
  readonly from?: number;
  /** The position after the last; what has come since a look at the line is left out. */
  readonly upto?: number;
  /** The branch whose line it is; null: the active one. */
  readonly branchId?: string | null;
};

/** The messages on a part of a line of a session of the account, oldest first. */
export async function readLine(
  database: Database,
  accountId: string,
  sessionId: string,
  { from = 0, upto = 2_147_483_647, branchId = null }: Stretch = {},
): Promise<Message[]> {
  return readLineRows(database, { sessionId, accountId, from, branchId, upto });
}

/** The system messages on a line, as `readLine` gives it, at positions from `from` to before `to`, oldest first. */
export async function readSystemMessages(
  database: Database,
  accountId: string,
  sessionId: string,
  from: number,
  to: number,
  branchId: string | null = null,
): Promise<Message[]> {
  return readSystemMessageRows(database, { sessionId, accountId, from, to, branchId });
}

/** The position of a message on the active line of a session of the account; null where it is not there. */
export async function findPosition(
  database: Database,
  accountId: string,
  sessionId: string,
  messageId: string,
): Promise<number | null> {
  const [found] = await findPositionRow(database, { sessionId, accountId, messageId });
  return found?.position ?? null;
}

/** The tip of a session's active branch. */
export type Tip = { readonly branchId: string; readonly nextPosition: number };

/**
 * Where a line forked after position `forkPosition` branches off: from the branch that holds that position.
 *
 * `forkPosition` -1 forks before the first message. Null when the session is gone.
 */
export async function planFork(
  database: Database,
  accountId: string,
  sessionId: string,
  id: string,
  forkPosition: number,
): Promise<NewBranch | null> {
  const segments = await listSegments(database, { sessionId, accountId });
  const [first] = segments;
  if (!first) return null;
  const path = segments
    .filter((segment) => segment.from <= forkPosition)
    .map(({ branchId, from, to }) => ({ branchId, from, to: Math.min(to, forkPosition) }));
  return { id, parentId: path.at(-1)?.branchId ?? first.branchId, forkPosition, path };
}
