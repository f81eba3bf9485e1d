import { ChatError, isErrorCode } from "../../domain/errors.ts";
import type { LastEvent } from "../../domain/events.ts";

/** The error that a failed turn ended with. */
export const turnFailure = ({ code, message }: Extract<LastEvent, { type: "turn-error" }>): ChatError =>
  // What a turn misses on its way is its session, which somebody has deleted.
  new ChatError(isErrorCode(code) ? code : "internal", message, code === "not-found" ? { noun: "session" } : {});
