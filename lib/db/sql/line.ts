import { z } from "zod";
import { LEASE } from "./leases.ts";
import { statement } from "./statement.ts";

// Who waits for a session. By hand for the locks and for the database's clock, by which places end.

/** A number of the database, of which the driver has only the text. */
const Place = z.object({ place: z.string().transform(BigInt) });

/**
 * A session of an account, held until the end of the transaction: it is claimed, queued for and switched by one after
 * the other.
 */
export const holdSession = statement({
  name: "hold-session",
  text: `select id from "Session" where id = $1 and "accountId" = $2 for no key update`,
  parameters: { sessionId: "uuid", accountId: "uuid" },
  row: z.object({ id: z.string() }),
});

/** How many wait for a session. */
export const countPlaces = statement({
  name: "count-places",
  text: `select count(*)::int as count from "WaitingTurn" where "sessionId" = $1 and "leaseUntil" > now()`,
  parameters: { sessionId: "uuid" },
  row: z.object({ count: z.number() }),
});

/** Adds so many places at the end of a line. */
export const insertPlaces = statement({
  name: "insert-places",
  text: `insert into "WaitingTurn" ("sessionId", owner, "leaseUntil")
    select $1, $2, clock_timestamp() + ${LEASE} from generate_series(1, $3) returning place::text as place`,
  parameters: { sessionId: "uuid", owner: "text", count: "int4" },
  row: Place,
});

/** How a place stands in the line of a session. */
export const lookAtLineRow = statement({
  name: "look-at-line",
  text: `select r.id as "runningRunId", coalesce(r."leaseUntil" < now(), false) as "isLeaseOver",
      exists (select 1 from "WaitingTurn" w where w.place = $3 and w."sessionId" = s.id) as "isThere",
      exists (select 1 from "WaitingTurn" w where w."sessionId" = s.id and w.place < $3 and w."leaseUntil" > now())
        as "isAhead"
    from "Session" s left join "Run" r on r."sessionId" = s.id and r.status = 'running' and r.stores
    where s.id = $1 and s."accountId" = $2`,
  parameters: { sessionId: "uuid", accountId: "uuid", place: "int8" },
  row: z.object({
    runningRunId: z.string().nullable(),
    isLeaseOver: z.boolean(),
    isThere: z.boolean(),
    isAhead: z.boolean(),
  }),
});

/** Keeps places of an owner. */
export const renewPlaceRows = statement({
  name: "renew-places",
  text: `update "WaitingTurn" set "leaseUntil" = now() + ${LEASE} where place = any($1::int8[]) and owner = $2`,
  parameters: { places: "int8[]", owner: "text" },
});

/** Gives up places of an owner. */
export const deletePlaces = statement({
  name: "delete-places",
  text: `delete from "WaitingTurn" where place = any($1::int8[]) and owner = $2`,
  parameters: { places: "int8[]", owner: "text" },
});

/** Gives up all places of an owner. */
export const deletePlacesOf = statement({
  name: "delete-places-of",
  text: `delete from "WaitingTurn" where owner = $1`,
  parameters: { owner: "text" },
});

/** Forgets the places that nobody has kept. */
export const prunePlaces = statement({
  name: "prune-places",
  text: `delete from "WaitingTurn" where "leaseUntil" < now() - interval '1 minute'`,
  parameters: {},
});

/** Forgets the places of all owners but one. */
export const deletePlacesOfOthers = statement({
  name: "delete-places-of-others",
  text: `delete from "WaitingTurn" where owner <> $1`,
  parameters: { owner: "text" },
});
