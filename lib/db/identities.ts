import type { Database } from "./database.ts";
import { inPrismaTransaction } from "./prisma.ts";
import { renewAccount } from "./sign-ins.ts";
import { violated } from "./violated.ts";

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
  { prisma }: Database,
  { provider, subject, label }: Identity,
): Promise<string | null> {
  const [found] = await prisma.identity.updateManyAndReturn({
    where: { provider, subject },
    data: { label },
    select: { accountId: true },
  });
  return found?.accountId ?? null;
}

/**
 * Lets an identity sign in to an account, which is made when there is none with this id, and is a person's from now on.
 * Every sign-in of before ends. False when the identity signs in to one already; then nothing is made.
 */
export async function insertIdentity(
  database: Database,
  id: string,
  accountId: string,
  { provider, subject, label }: Identity,
): Promise<boolean> {
  try {
    await inPrismaTransaction(database, async (prisma) => {
      await prisma.account.upsert({
        where: { id: accountId },
        create: { id: accountId, kind: "person" },
        update: {},
        select: { id: true },
      });
      await renewAccount(prisma, { id: accountId }, { kind: "person" });
      await prisma.identity.create({ data: { id, accountId, provider, subject, label }, select: { id: true } });
    });
    return true;
  } catch (thrown) {
    if (violated(thrown) === "Identity_provider_subject_key") return false;
    throw thrown;
  }
}

export type StoredIdentity = Identity & { readonly id: string };

/** The identities of an account, the oldest first. */
export const listIdentities = ({ prisma }: Database, accountId: string): Promise<StoredIdentity[]> =>
  prisma.identity.findMany({
    where: { accountId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: { id: true, provider: true, subject: true, label: true },
  });

/**
 * Ends the sign-in of an account with an identity, and every sign-in of before; gives the number that new ones are made
 * with. "last": nothing else would let the person in, neither a password nor an
 * identity of one of `providers`, and it stays; "none": there is none.
 */
export async function deleteIdentity(
  database: Database,
  accountId: string,
  id: string,
  providers: readonly string[],
): Promise<number | "last" | "none"> {
  return inPrismaTransaction(database, async (prisma) => {
    // This write changes nothing and holds the account, so that two that go at once are looked at one after the other.
    const [account] = await prisma.account.updateManyAndReturn({
      where: { id: accountId },
      data: { tokenVersion: { increment: 0 } },
      select: { passwordHash: true },
    });
    const found = await prisma.identity.findMany({ where: { accountId }, select: { id: true, provider: true } });
    if (!found.some((one) => one.id === id)) return "none";
    const hasPassword = account !== undefined && account.passwordHash !== null;
    const isOpen = hasPassword || found.some((one) => one.id !== id && providers.includes(one.provider));
    if (!isOpen) return "last";
    await prisma.identity.deleteMany({ where: { accountId, id } });
    return (await renewAccount(prisma, { id: accountId }, {})) ?? "none";
  });
}
