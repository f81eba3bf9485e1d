import { findReplacement } from "../../db/branches.ts";
import { findFirstQuestion } from "../../db/first-question.ts";
import { findPosition } from "../../db/messages.ts";
import { ChatError, notFound } from "../../domain/errors.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { Session, SessionReplacement } from "../../domain/session.ts";
import type { Scope } from "../scope.ts";
import { readPast } from "./past.ts";
import { questionOf } from "./question.ts";
import type { TurnRequest } from "./turn-request.ts";

/** What a turn comes after. */
type Past = {
  /** The messages before the new ones, as far as the prompt may hold them. */
  readonly line: readonly Message[];
  /** What stands for the messages before `from`. */
  readonly replacement: SessionReplacement | null;
  /** The first position that `line` was read from. */
  readonly from: number;
  /** Where the line is to fork, null when the new messages come at its end. */
  readonly forkPosition: number | null;
  /** The position after the last of the whole line. */
  readonly nextPosition: number;
};

/**
 * The line before the new messages of a turn: of a fork it ends where it forks, behind the latest summary that holds
 * there.
 *
 * Throws "not-found" for a message that is not on the active line, and "busy" where the running turn may bring it.
 */
export async function pastOf(
  scope: Scope,
  session: Session,
  request: TurnRequest,
  recallTools: boolean,
  budget: number | null,
): Promise<Past> {
  const { id: sessionId, activeBranchId: branchId, nextPosition } = session;
  const after = await positionBefore(scope, session, request);
  const upto = after === null ? nextPosition : after + 1;
  const replacement = await replacementUpto(scope, session, upto - 1);
  const from = (replacement?.uptoPosition ?? -1) + 1;
  // An empty line has no message; should one come meanwhile, the claim notices.
  const isEmpty = upto <= from;
  const line = isEmpty ? [] : await readPast(scope, { sessionId, branchId, from, upto }, budget, recallTools);
  return { line, replacement, from, forkPosition: upto === nextPosition ? null : after, nextPosition };
}

/** The position of the message after which new ones come, -1 before all; null: at the end of the line. */
async function positionBefore(
  { database, accountId }: Scope,
  { id, runningRunId }: Session,
  { parentId, insteadOf }: TurnRequest,
): Promise<number | null> {
  const named = insteadOf ?? parentId;
  if (named === undefined) return null;
  if (named === null) return -1;
  const at = await findPosition(database, accountId, id, named);
  if (at !== null) return insteadOf === undefined ? at : at - 1;
  throw runningRunId === null
    ? notFound("message", named)
    : new ChatError("busy", "Session already has a running turn", { noun: "session" });
}

/** The latest summary that stands for the beginning of the line up to a position. */
async function replacementUpto(
  { database, accountId }: Scope,
  { id, activeBranchId, replacement }: Session,
  position: number,
): Promise<SessionReplacement | null> {
  if (replacement === null || replacement.uptoPosition <= position) return replacement;
  return findReplacement(database, accountId, { sessionId: id, branchId: activeBranchId, upto: position });
}

/** Whether a fork begins its session with another question, whose title says what was asked before. */
export async function renames(
  { database, accountId }: Scope,
  { id, titleSource }: Session,
  { forkPosition, from, line }: Pick<Past, "forkPosition" | "from" | "line">,
  input: readonly NewMessage[],
): Promise<boolean> {
  const isFirst = forkPosition !== null && from === 0 && line.every(({ role }) => role !== "user");
  if (!isFirst || titleSource === "none" || titleSource === "person") return false;
  return (await findFirstQuestion(database, accountId, id)) !== questionOf(input);
}
