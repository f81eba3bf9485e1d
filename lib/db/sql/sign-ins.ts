import { z } from "zod";
import { statement } from "./statement.ts";

// By hand, since every request of a browser finds out who asks: Prisma is not loaded for that.

/** Who a sign-in speaks for: one that has neither ended nor is of a time before the account became another. */
export const findSignInRow = statement({
  name: "find-sign-in",
  text: `select s.id, s."accountId", s."seenAt" < now() - interval '10 minutes' as "isStale", a.kind = 'guest' as "isGuest"
    from "SignIn" s join "Account" a on a.id = s."accountId" and a."tokenVersion" = s."tokenVersion"
    where s.id = $1 and s."accountId" = $2 and s."expiresAt" > now()`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: z.object({ id: z.string(), accountId: z.string(), isStale: z.boolean(), isGuest: z.boolean() }),
});

/**
 * A new sign-in of an account that still has the number `tokenVersion`; nothing else. Of those of the account the
 * oldest are taken out that are more than `others`. The account is held meanwhile, so that its number cannot change.
 */
export const insertSignInRow = statement({
  name: "insert-sign-in",
  text: `with account as (
      select id, "tokenVersion" from "Account" where id = $2 and "tokenVersion" = $3 and "leftAt" is null for no key update
    ), gone as (
      delete from "SignIn" where id in (
        select s.id from "SignIn" s join account on account.id = s."accountId"
        order by s."createdAt" desc, s.id desc offset $6)
    )
    insert into "SignIn" (id, "accountId", "tokenVersion", browser, "expiresAt")
    select $1, id, "tokenVersion", $4, now() + make_interval(secs => $5) from account returning id`,
  parameters: {
    id: "uuid",
    accountId: "uuid",
    tokenVersion: "int4",
    browser: "text",
    seconds: "float8",
    others: "int8",
  },
  row: z.object({ id: z.string() }),
});

/** The time at which a sign-in was seen last. */
export const touchSignInRow = statement({
  name: "touch-sign-in",
  text: `update "SignIn" set "seenAt" = now() where id = $1 and "accountId" = $2`,
  parameters: { id: "uuid", accountId: "uuid" },
});

/** Ends a sign-in. */
export const deleteSignInRow = statement({
  name: "delete-sign-in",
  text: `delete from "SignIn" where id = $1 and "accountId" = $2 returning id`,
  parameters: { id: "uuid", accountId: "uuid" },
  row: z.object({ id: z.string() }),
});

/** Takes out sign-ins whose time is over, at most so many. */
export const deleteExpiredSignInRows = statement({
  name: "delete-expired-sign-ins",
  text: `delete from "SignIn" where id in (select id from "SignIn" where "expiresAt" < now() limit $1)`,
  parameters: { most: "int8" },
});
