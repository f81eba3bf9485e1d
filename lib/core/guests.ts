import { insertGuest } from "../db/accounts.ts";
import { deleteEmptyGuest, deleteIdleGuests } from "../db/guests.ts";
import type { Ports } from "./scope.ts";

/** Enters a guest under an id of its own. */
export async function enterGuest({ database }: Pick<Ports, "database">, id: string): Promise<void> {
  await insertGuest(database, id);
}

/** Takes a guest out again whose first request came to nothing. False: it left something, and the guest stays. */
export const leaveGuest = ({ database }: Pick<Ports, "database">, id: string): Promise<boolean> =>
  deleteEmptyGuest(database, id);

// A guest's cookie ends after 30 days.
const LIMITS = { emptyDays: 1, unseenDays: 30, most: 50 };
const BATCHES = 20;

/**
 * Removes guests that have no session and made nothing else in a day, and those that have made and asked nothing for 30
 * days, with all they have. At most 1,000 in one go, in transactions of 50. Gives how many.
 */
export async function removeIdleGuests({ database }: Pick<Ports, "database">): Promise<number> {
  let removed = 0;
  for (let n = 0; n < BATCHES; n++) {
    const gone = await deleteIdleGuests(database, LIMITS);
    removed += gone;
    if (gone < LIMITS.most) break;
  }
  return removed;
}
