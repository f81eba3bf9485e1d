import { z } from "zod";
import { statement } from "./statement.ts";

// By hand for the database's clock, and since a start loads no Prisma.

/** A link, by the hash of its token; those whose time is over go. */
export const insertOwnerLinkRow = statement({
  name: "insert-owner-link",
  text: `with gone as (delete from "OwnerLink" where "expiresAt" < now())
    insert into "OwnerLink" (hash, "expiresAt") values ($1, now() + make_interval(hours => $2))`,
  parameters: { hash: "text", hours: "int4" },
});

/** Takes a link out, where its time is not over. */
export const takeOwnerLinkRow = statement({
  name: "take-owner-link",
  text: `delete from "OwnerLink" where hash = $1 and "expiresAt" > now() returning hash`,
  parameters: { hash: "text" },
  row: z.object({ hash: z.string() }),
});
