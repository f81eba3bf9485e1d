import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import {
  deleteExpiredSignInRows,
  deleteSignInRow,
  findSignInRow,
  insertSignInRow,
  touchSignInRow,
} from "./sql/sign-ins.ts";

/** A browser that is signed in, as its account's person sees it. */
export type SignIn = {
  readonly id: string;
  /** What it is called, such as "Firefox on Linux". */
  readonly browser: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
};

/**
 * Changes who somebody is: writes `data` to the account and ends every sign-in of before. Whatever gives, takes or
 * changes a way into an account goes through here. Gives the number that new sign-ins are made with; null for no such
 * account.
 */
export async function renewAccount(
  prisma: Prisma.TransactionClient,
  where: { readonly id: string; readonly email?: null },
  data: { readonly kind?: "person"; readonly email?: string; readonly passwordHash?: string },
): Promise<number | null> {
  const [account] = await prisma.account.updateManyAndReturn({
    where,
    data: { ...data, tokenVersion: { increment: 1 } },
    select: { tokenVersion: true },
  });
  if (!account) return null;
  // Their number alone would end them; what counts no longer is not kept either.
  await prisma.signIn.deleteMany({ where: { accountId: where.id } });
  return account.tokenVersion;
}

/**
 * The sign-in of an id, where it still speaks for the account. `isStale`: it was seen last a while ago; `isGuest`: the
 * account is a guest's.
 */
export async function findSignIn(
  database: Database,
  accountId: string,
  id: string,
): Promise<{ readonly id: string; readonly isStale: boolean; readonly isGuest: boolean } | null> {
  const [found] = await findSignInRow(database, { id, accountId });
  return found ?? null;
}

/**
 * Enters a sign-in of an account whose number is `tokenVersion`, for so many seconds; the oldest of more than `most`
 * ends. False: the account has become another meanwhile, or is gone, and nothing is entered.
 */
export async function insertSignIn(
  database: Database,
  signIn: {
    readonly id: string;
    readonly accountId: string;
    readonly tokenVersion: number;
    readonly browser: string;
    readonly seconds: number;
    readonly most: number;
  },
): Promise<boolean> {
  const { most, ...given } = signIn;
  const made = await insertSignInRow(database, { ...given, others: most - 1 });
  return made.length > 0;
}

/** Notes that a sign-in was seen just now. */
export async function touchSignIn(database: Database, accountId: string, id: string): Promise<void> {
  await touchSignInRow(database, { id, accountId });
}

/** Ends a sign-in of the account. Gives whether there was one. */
export async function deleteSignIn(database: Database, accountId: string, id: string): Promise<boolean> {
  const gone = await deleteSignInRow(database, { id, accountId });
  return gone.length > 0;
}

/** The sign-ins of an account that still count, the latest first. */
export const listSignIns = ({ prisma }: Database, accountId: string): Promise<SignIn[]> =>
  prisma.signIn.findMany({
    where: { accountId, expiresAt: { gt: new Date() } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, browser: true, createdAt: true, seenAt: true },
  });

/** Takes out sign-ins whose time is over, at most so many in one go. */
export async function deleteExpiredSignIns(database: Database, most: number): Promise<void> {
  await deleteExpiredSignInRows(database, { most });
}
