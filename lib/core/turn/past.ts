import { readLine, readSystemMessages } from "../../db/messages.ts";
import type { Message } from "../../domain/message.ts";
import type { Session } from "../../domain/session.ts";
import { promptLine } from "../render/line.ts";
import { promptTokens } from "../render/tokens.ts";
import type { Scope } from "../scope.ts";

const FIRST_STRETCH = 64;
const GROWTH = 4;

/**
 * The messages of a session's active line that a prompt of `budget` tokens may hold, oldest first.
 *
 * The end of the line, read backwards in growing stretches until it is over the budget, so that a prompt costs the same
 * in a long conversation as in a short one; before it what stays of the rest: its system messages. Nothing that a summary
 * stands for. A null budget holds the whole line.
 */
export async function readPast(
  { database, accountId }: Scope,
  session: Session,
  budget: number | null,
  recallTools: boolean,
): Promise<Message[]> {
  const start = (session.replacement?.uptoPosition ?? -1) + 1;
  if (budget === null) return readLine(database, accountId, session.id, start);
  for (let size = FIRST_STRETCH; ; size *= GROWTH) {
    const from = Math.max(start, session.nextPosition - size);
    const stretch = await readLine(database, accountId, session.id, from);
    if (from === start) return stretch;
    const [first] = stretch;
    const isOver = promptTokens(promptLine(stretch, [], recallTools).past) > budget;
    if (!isOver || !first) continue;
    const systems = await readSystemMessages(database, accountId, session.id, start, first.position);
    return [...systems, ...stretch];
  }
}
