import { forgetDeletions } from "../db/session-changes.ts";
import { removeIdleGuests } from "./guests.ts";
import type { Ports } from "./scope.ts";

const EVERY_MS = 60 * 60 * 1000;
const MOST = 1000;

/**
 * Work to be called as often as one likes, which once an hour removes guests that nobody sees, and forgets sessions that
 * were deleted over a day ago.
 */
export function hourlyTidying(ports: Pick<Ports, "database">): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    if (Date.now() < dueAt) return;
    dueAt = Date.now() + EVERY_MS;
    await removeIdleGuests(ports);
    await forgetDeletions(ports.database, MOST);
  };
}
