import { z } from "zod";
import { statement } from "./statement.ts";

// By hand: an account may have more than one statement has time for, and Prisma cannot delete so many and no more.

const Id = z.object({ id: z.string() });

/**
 * Takes away all by which somebody could get into an account or talk to one of its bots. Not of the owner of the
 * server.
 */
export const shutAccountRow = statement({
  name: "shut-account",
  text: `with account as (
      update "Account" set email = null, "passwordHash" = null, "tokenVersion" = "tokenVersion" + 1, "leftAt" = now()
      where id = $1 and not "isOwner" returning id
    ), keys as (
      delete from "ApiKey" where "accountId" in (select id from account)
    ), providers as (
      delete from "ModelProvider" where "accountId" in (select id from account)
    ), sign_ins as (
      delete from "SignIn" where "accountId" in (select id from account)
    ), identities as (
      delete from "Identity" where "accountId" in (select id from account)
    ), agents as (
      delete from "Agent" where "accountId" in (select id from account)
    )
    select id from account`,
  parameters: { id: "uuid" },
  row: Id,
});

const some = (table: "Session" | "Run" | "Doc" | "File") =>
  statement({
    name: `delete-some-${table.toLowerCase()}s`,
    text: `delete from "${table}" where id in (select id from "${table}" where "accountId" = $1 order by id limit $2) returning id`,
    parameters: { accountId: "uuid", most: "int8" },
    row: Id,
  });

/** Deletes some sessions of an account, with their messages and turns. */
export const deleteSomeSessions = some("Session");
/** Deletes some turns of an account that are in no session. */
export const deleteSomeRuns = some("Run");
/** Deletes some docs of an account. */
export const deleteSomeDocs = some("Doc");
/** Deletes some files of an account. */
export const deleteSomeFiles = some("File");

/** Deletes an account that was given up, with what it still has. */
export const deleteLeftAccount = statement({
  name: "delete-left-account",
  text: `delete from "Account" where id = $1 and "leftAt" is not null returning id`,
  parameters: { id: "uuid" },
  row: Id,
});
