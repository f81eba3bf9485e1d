import type { Database } from "./database.ts";
import { inTransaction, rows, violated } from "./sql.ts";

/** Who somebody is for a provider that vouches for them. */
export type Identity = {
  /** `github`, `google`, or the issuer of an OpenID Connect provider. */
  readonly provider: string;
  /** The person's id there, which never changes. */
  readonly subject: string;
  /** What the person is called there. */
  readonly label: string;
};

/** The id of the account that an identity signs in to, or null. What the person is called now is kept. */
export async function accountOfIdentity(
  database: Database,
  { provider, subject, label }: Identity,
): Promise<string | null> {
  const [found] = await rows<{ accountId: string }>(
    database,
    `update "Identity" set label = $3 where provider = $1 and subject = $2 returning "accountId"`,
    [provider, subject, label],
  );
  return found?.accountId ?? null;
}

/**
 * Lets an identity sign in to an account, which is made when there is none with this id, and is a person's from now on.
 * False when the identity signs in to one already.
 */
export async function insertIdentity(
  database: Database,
  id: string,
  accountId: string,
  { provider, subject, label }: Identity,
): Promise<boolean> {
  try {
    await rows(
      database,
      `with account as (
         insert into "Account" (id, kind) values ($2, 'person') on conflict (id) do update set kind = 'person' returning id
       )
       insert into "Identity" (id, "accountId", provider, subject, label) select $1, id, $3, $4, $5 from account`,
      [id, accountId, provider, subject, label],
    );
    return true;
  } catch (thrown) {
    if (violated(thrown) === "Identity_provider_subject_key") return false;
    throw thrown;
  }
}

/** The identities of an account, the oldest first. */
export const listIdentities = (database: Database, accountId: string): Promise<Identity[]> =>
  rows<Identity>(
    database,
    `select provider, subject, label from "Identity" where "accountId" = $1 order by "createdAt", id`,
    [accountId],
  );

/**
 * Ends the sign-in of an account with a provider. "last": it is the only way in that the account has, and stays; "none":
 * there is none.
 */
export async function deleteIdentities(
  database: Database,
  accountId: string,
  provider: string,
): Promise<"gone" | "last" | "none"> {
  return inTransaction(database, async (connection) => {
    // Two that go at once are looked at one after the other.
    const [account] = await rows<{ hasPassword: boolean }>(
      connection,
      `select "passwordHash" is not null as "hasPassword" from "Account" where id = $1 for no key update`,
      [accountId],
    );
    const found = await rows<{ provider: string }>(
      connection,
      `select provider from "Identity" where "accountId" = $1`,
      [accountId],
    );
    if (!found.some((one) => one.provider === provider)) return "none";
    if (!account?.hasPassword && found.every((one) => one.provider === provider)) return "last";
    await rows(connection, `delete from "Identity" where "accountId" = $1 and provider = $2`, [accountId, provider]);
    return "gone";
  });
}
