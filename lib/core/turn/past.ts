import { readLine, readSystemMessages } from "../../db/messages.ts";
import type { Message } from "../../domain/message.ts";
import { promptLine } from "../render/line.ts";
import { promptTokens } from "../render/tokens.ts";
import type { Scope } from "../scope.ts";

const FIRST_STRETCH = 64;
const GROWTH = 4;

type PastOf = {
  readonly sessionId: string;
  /** The branch whose line it is; null or absent: the active one. */
  readonly branchId?: string | null;
  /** The first position that is looked at: behind what a summary stands for. */
  readonly from: number;
  /** The position after the last. */
  readonly upto: number;
};

/**
 * The messages of a session's line that a prompt of `budget` tokens may hold, oldest first.
 *
 * The end of the line, read backwards in growing stretches until it is over the budget, so that a prompt costs the same
 * in a long conversation as in a short one; before it what stays of the rest: its system messages. Nothing that a
 * summary stands for. A null budget holds the whole line.
 */
export async function readPast(
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  { sessionId, branchId = null, from: start, upto }: PastOf,
  budget: number | null,
  recallTools: boolean,
): Promise<Message[]> {
  if (budget === null) return readLine(database, accountId, sessionId, { from: start, upto, branchId });
  for (let size = FIRST_STRETCH; ; size *= GROWTH) {
    const from = Math.max(start, upto - size);
    const stretch = await readLine(database, accountId, sessionId, { from, upto, branchId });
    if (from === start) return stretch;
    const [first] = stretch;
    const isOver = promptTokens(promptLine(stretch, [], recallTools).past) > budget;
    if (!isOver || !first) continue;
    const systems = await readSystemMessages(database, accountId, sessionId, start, first.position, branchId);
    return [...systems, ...stretch];
  }
}
