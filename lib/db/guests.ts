import type { Database } from "./database.ts";
import { inTransaction, rows } from "./sql.ts";

/** A guest that has made nothing but what every account is given. */
const IS_EMPTY = `(${["Session", "Run", "Doc", "Index", "User", "ApiKey", "Identity"]
  .map((table) => `not exists (select 1 from "${table}" x where x."accountId" = a.id)`)
  .join(" and ")} and not exists (select 1 from "Agent" x where x."accountId" = a.id and not x."isDefault"))`;

const since = (table: string, time: string) =>
  `not exists (select 1 from "${table}" x where x."accountId" = a.id and ${time} >= now() - make_interval(days => $2))`;

/** A guest that has made, changed, asked and called nothing for so many days. */
const IS_UNSEEN = `(a."createdAt" < now() - make_interval(days => $2) and ${[
  since("Session", `x."updatedAt"`),
  since("Run", `x."createdAt"`),
  since("Agent", `x."updatedAt"`),
  since("ApiKey", `greatest(x."createdAt", x."lastUsedAt")`),
].join(" and ")})`;

/** Deletes a guest that has made nothing. Gives whether it did. */
export async function deleteEmptyGuest(database: Database, id: string): Promise<boolean> {
  const sql = `delete from "Account" a where a.id = $1 and a.kind = 'guest' and ${IS_EMPTY} returning a.id`;
  return (await rows(database, sql, [id])).length > 0;
}

/**
 * Deletes at most `most` guests, the oldest first, with all they have: those that have made nothing in `emptyDays` days
 * and those that nobody has seen for `unseenDays`. Gives how many.
 */
export async function deleteIdleGuests(
  database: Database,
  limits: { readonly emptyDays: number; readonly unseenDays: number; readonly most: number },
): Promise<number> {
  const idle = `a.kind = 'guest' and a."createdAt" < now() - make_interval(days => $1) and (${IS_EMPTY} or ${IS_UNSEEN})`;
  const days = [limits.emptyDays, limits.unseenDays];
  return inTransaction(database, async (connection) => {
    const found = await rows<{ id: string }>(
      connection,
      `select a.id from "Account" a where ${idle} order by a."createdAt" limit $3 for update skip locked`,
      [...days, limits.most],
    );
    if (found.length === 0) return 0;
    // Asked again under the lock: a guest may have come back since the first look.
    const gone = await rows(
      connection,
      `delete from "Account" a where ${idle} and a.id = any($3::uuid[]) returning a.id`,
      [...days, found.map(({ id }) => id)],
    );
    return gone.length;
  });
}
