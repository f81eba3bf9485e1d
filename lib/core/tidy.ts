import { emptyLeftAccounts } from "../db/leave-account.ts";
import { forgetDeletions } from "../db/session-changes.ts";
import { deleteExpiredSignIns } from "../db/sign-ins.ts";
import { forgetUsage } from "../db/usage.ts";
import { removeIdleGuests } from "./guests.ts";
import { embedPending } from "./recall/embed-pending.ts";
import type { Ports } from "./scope.ts";

const EVERY_MS = 60 * 60 * 1000;
const MOST = 1000;
const USAGE_DAYS = 400;

/**
 * Work to be called as often as one likes, which once an hour removes guests that nobody sees and sign-ins whose time is
 * over, forgets sessions that were deleted over a day ago and what was used over 400 days ago, looks for docs that waited
 * for tokens, and goes on with the deletion of accounts that a process has not come to the end of.
 */
export function hourlyTidying(ports: Ports): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    if (Date.now() < dueAt) return;
    dueAt = Date.now() + EVERY_MS;
    await removeIdleGuests(ports);
    await forgetDeletions(ports.database, MOST);
    await deleteExpiredSignIns(ports.database, MOST);
    await emptyLeftAccounts(ports.database);
    await forgetUsage(ports.database, USAGE_DAYS, MOST);
    embedPending(ports);
  };
}
