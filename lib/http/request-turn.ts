import type { Scope } from "../core/scope.ts";
import { follow, followLive, type Stretch } from "../core/turn/follow.ts";
import type { TakenTurn } from "../core/turn/take-turn.ts";
import { ChatError } from "../domain/errors.ts";

// What the dialects share whose turns end with their caller.

/** The events of a turn. The run in this process has them all, also of a turn that stores nothing. */
export const turnOf = (scope: Scope, { live, runId }: TakenTurn): AsyncIterable<Stretch> =>
  live ? followLive(live, 0) : follow(scope, runId);

/** Ends a turn when its caller hangs up. Gives what ends it, for an answer that is left later. */
export function hangUpWith({ signal }: Request, { live, prepared }: TakenTurn): () => void {
  // Who repeats a request has not begun its turn, and does not end it.
  const hangUp = () => prepared && live?.abort("hang-up", new ChatError("cancelled", "The caller hung up"));
  if (signal.aborted) hangUp();
  else signal.addEventListener("abort", hangUp, { once: true });
  return hangUp;
}
