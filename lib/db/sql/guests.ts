import { z } from "zod";
import { statement } from "./statement.ts";

// By hand for the conditions on all that may hang on an account.

const Id = z.object({ id: z.string() });

/** A guest that has made nothing that stays but what every account is given. */
const HAS_NOTHING = `(${["Session", "Doc", "Index", "User", "ApiKey", "Identity"]
  .map((table) => `not exists (select 1 from "${table}" x where x."accountId" = a.id)`)
  .join(" and ")} and not exists (select 1 from "Agent" x where x."accountId" = a.id and not x."isDefault"))`;

/** Such a guest that has asked nothing either. */
const IS_EMPTY = `(${HAS_NOTHING} and not exists (select 1 from "Run" x where x."accountId" = a.id))`;

const since = (table: string, time: string, days: "$1" | "$2") =>
  `not exists (select 1 from "${table}" x where x."accountId" = a.id and ${time} >= now() - make_interval(days => ${days}))`;

/** A guest that has made, changed, asked and called nothing for so many days. */
const IS_UNSEEN = `(a."createdAt" < now() - make_interval(days => $2) and ${[
  since("Session", `x."updatedAt"`, "$2"),
  since("Run", `x."createdAt"`, "$2"),
  since("Agent", `x."updatedAt"`, "$2"),
  since("ApiKey", `greatest(x."createdAt", x."lastUsedAt")`, "$2"),
].join(" and ")})`;

const HAS_LEFT = `(${HAS_NOTHING} and ${since("Run", `x."createdAt"`, "$1")})`;
const IS_IDLE = `a.kind = 'guest' and a."createdAt" < now() - make_interval(days => $1) and (${HAS_LEFT} or ${IS_UNSEEN})`;
/** The parameters of that condition. */
const days = { emptyDays: "int4", unseenDays: "int4" } as const;

/** Deletes a guest that has made nothing. */
export const deleteEmptyGuestRow = statement({
  name: "delete-empty-guest",
  text: `delete from "Account" a where a.id = $1 and a.kind = 'guest' and ${IS_EMPTY} returning a.id`,
  parameters: { id: "uuid" },
  row: Id,
});

/** Guests that nobody misses, the oldest first, held until the end of the transaction. */
export const holdIdleGuests = statement({
  name: "hold-idle-guests",
  text: `select a.id from "Account" a where ${IS_IDLE} order by a."createdAt" limit $3 for update skip locked`,
  parameters: { ...days, most: "int8" },
  row: Id,
});

/** Deletes those of some guests that nobody misses. */
export const deleteIdleGuestRows = statement({
  name: "delete-idle-guests",
  text: `delete from "Account" a where ${IS_IDLE} and a.id = any($3::uuid[]) returning a.id`,
  parameters: { ...days, ids: "uuid[]" },
  row: Id,
});
