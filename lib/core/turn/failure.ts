import { ChatError, isErrorCode } from "../../domain/errors.ts";
import type { LastEvent } from "../../domain/events.ts";

/** The error that a failed turn ended with. */
export const turnFailure = ({ code, message }: Extract<LastEvent, { type: "turn-error" }>): ChatError =>
  // What a turn misses on its way is its session, which somebody has deleted.
  new ChatError(isErrorCode(code) ? code : "internal", message, code === "not-found" ? { noun: "session" } : {});

/** How a turn ends whose session somebody has deleted. */
export const SESSION_GONE = { status: "cancelled", code: "not-found", message: "Session not found" } as const;

/** What aborts a turn that somebody has stopped. */
export const stopped = (): ChatError => new ChatError("cancelled", "cancelled");

/** What aborts the turns of a session that is being deleted. */
export const sessionDeleted = (): ChatError => new ChatError("cancelled", "The session was deleted");
export const accountDeleted = (): ChatError => new ChatError("cancelled", "The account was deleted");
export const historyDeleted = (): ChatError => new ChatError("cancelled", "The history of the session was deleted");
/** As far as another instance can tell: the turn's row is gone. */
export const turnDeleted = (): ChatError => new ChatError("cancelled", "The session or its history was deleted");
