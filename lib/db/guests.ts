import type { Database } from "./database.ts";
import { deleteEmptyGuestRow, deleteIdleGuestRows, holdIdleGuests } from "./sql/guests.ts";
import { inTransaction } from "./sql.ts";

/** Deletes a guest that has made nothing. Gives whether it did. */
export async function deleteEmptyGuest(database: Database, id: string): Promise<boolean> {
  const gone = await deleteEmptyGuestRow(database, { id });
  return gone.length > 0;
}

/**
 * Deletes at most `most` guests, the oldest first, with all they have: those that have made nothing in `emptyDays` days
 * and those that nobody has seen for `unseenDays`. Gives how many.
 */
export async function deleteIdleGuests(
  database: Database,
  limits: { readonly emptyDays: number; readonly unseenDays: number; readonly most: number },
): Promise<number> {
  const { emptyDays, unseenDays, most } = limits;
  return inTransaction(database, async (connection) => {
    const found = await holdIdleGuests(connection, { emptyDays, unseenDays, most });
    if (found.length === 0) return 0;
    // Asked again under the lock: a guest may have come back since the first look.
    const ids = found.map(({ id }) => id);
    const gone = await deleteIdleGuestRows(connection, { emptyDays, unseenDays, ids });
    return gone.length;
  });
}
