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

export type StoredIdentity = Identity & { readonly id: string };

/** The identities of an account, the oldest first. */
export const listIdentities = (database: Database, accountId: string): Promise<StoredIdentity[]> =>
  rows<StoredIdentity>(
    database,
    `select id, provider, subject, label from "Identity" where "accountId" = $1 order by "createdAt", id`,
    [accountId],
  );

/**
 * Ends the sign-in of an account with an identity. "last": nothing else would let the person in, neither a password nor an
 * identity of one of `providers`, and it stays; "none": there is none.
 */
export async function deleteIdentity(
  database: Database,
  accountId: string,
  id: string,
  providers: readonly string[],
): Promise<"gone" | "last" | "none"> {
  return inTransaction(database, async (connection) => {
    // Two that go at once are looked at one after the other.
    const [account] = await rows<{ hasPassword: boolean }>(
      connection,
      `select "passwordHash" is not null as "hasPassword" from "Account" where id = $1 for no key update`,
      [accountId],
    );
    const found = await rows<{ id: string; provider: string }>(
      connection,
      `select id, provider from "Identity" where "accountId" = $1`,
      [accountId],
    );
    if (!found.some((one) => one.id === id)) return "none";
    const isOpen = account?.hasPassword || found.some((one) => one.id !== id && providers.includes(one.provider));
    if (!isOpen) return "last";
    await rows(connection, `delete from "Identity" where "accountId" = $1 and id = $2`, [accountId, id]);
    return "gone";
  });
}
