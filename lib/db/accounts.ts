import { z } from "zod";
import type { ApiKey } from "../domain/api-key.ts";
import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { inPrismaTransaction } from "./prisma.ts";
import { renewAccount } from "./sign-ins.ts";
import {
  deleteOtherSettingKeys,
  findAccountByEmailRow,
  findAccountRow,
  findApiKeyRow,
  findOwnerRow,
  insertApiKeyRow,
  insertGuestRow,
  insertOwnerRow,
  insertSettingKeyRow,
  touchApiKeyRows,
} from "./sql/accounts.ts";
import * as guest from "./sql/merge-guest.ts";
import { againOnDeadlock, type Connection, inTransaction } from "./sql.ts";
import { violated } from "./violated.ts";

export type Account = {
  readonly id: string;
  readonly kind: "guest" | "person";
  readonly email: string | null;
  readonly tokenVersion: number;
  readonly isOwner: boolean;
};

export async function findAccount(database: Database, id: string): Promise<Account | null> {
  const [found] = await findAccountRow(database, { id });
  return found ?? null;
}

/** An account by its e-mail address in its one form (`normalEmail`), with the hash of its password. */
export async function findAccountByEmail(
  database: Database,
  email: string,
): Promise<(Account & { readonly passwordHash: string | null }) | null> {
  const [found] = await findAccountByEmailRow(database, { email });
  return found ?? null;
}

export async function insertGuest(database: Database, id: string): Promise<Account> {
  await insertGuestRow(database, { id });
  return { id, kind: "guest", email: null, tokenVersion: 0, isOwner: false };
}

/**
 * The account that the first start made: made now when there is none, and then new. Safe when several instances start
 * at once: for one of them it is new.
 */
export async function ensureOwner(
  database: Database,
  id: string,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const made = await insertOwnerRow(database, { id });
  const [owner] = await findOwnerRow(database, {});
  return { id: owner?.id ?? id, isNew: made.length > 0 };
}

/**
 * Gives an account without an address an e-mail, in its one form, and a password, makes it a person and ends every
 * sign-in of it. Gives the number that new sign-ins are made with; "taken" where another account has the address, and
 * "gone" where there is no such account without an address any more.
 */
export async function setCredentials(
  database: Database,
  id: string,
  email: string,
  passwordHash: string,
): Promise<number | "taken" | "gone"> {
  try {
    const number = await inPrismaTransaction(database, (prisma) =>
      renewAccount(prisma, { id, email: null }, { kind: "person", email, passwordHash }),
    );
    return number ?? "gone";
  } catch (thrown) {
    if (violated(thrown) === "Account_email_key") return "taken";
    throw thrown;
  }
}

/** The hash of an account's password, or null where it has none. */
export async function findPasswordHash(database: Database, id: string): Promise<string | null> {
  const found = await database.prisma.account.findUnique({ where: { id }, select: { passwordHash: true } });
  return found?.passwordHash ?? null;
}

/**
 * Ends every sign-in of an account, and gives it a new password where one is given. Gives the number that new sign-ins
 * are made with.
 */
export async function endAllSignIns(database: Database, id: string, passwordHash: string | null): Promise<number> {
  const data = passwordHash === null ? {} : { passwordHash };
  return (await inPrismaTransaction(database, (prisma) => renewAccount(prisma, { id }, data))) ?? 0;
}

/**
 * Moves everything of a guest to another account and deletes the guest, in one transaction. Gives whether there was
 * one: of a person nothing moves.
 *
 * The guest's sessions end up in the other account's default project, with its default agent where they had the
 * guest's: one that the guest has changed, or given docs or tools, goes along as one of the others.
 */
export async function mergeGuest(
  database: Database,
  guestId: string,
  into: { readonly accountId: string; readonly projectId: string; readonly agentId: string },
): Promise<boolean> {
  const { accountId, projectId, agentId } = into;
  const merge = async (connection: Connection) => {
    const held = await guest.holdGuest(connection, { guestId });
    if (held.length === 0) return false;
    await guest.keepChangedAgent(connection, { guestId });
    await guest.copyDefaultAgent(connection, { guestId, agentId });
    await guest.moveSessions(connection, { guestId, accountId, projectId });
    await guest.moveIndexes(connection, { guestId, accountId, projectId });
    await guest.moveUsers(connection, { guestId, accountId, projectId });
    await guest.moveAgents(connection, { guestId, accountId, projectId });
    await guest.moveRuns(connection, { guestId, accountId });
    await guest.moveDocs(connection, { guestId, accountId, projectId });
    await guest.moveJobs(connection, { guestId, accountId });
    await guest.addUsageOfGuest(connection, { guestId, accountId });
    await guest.moveFiles(connection, { guestId, accountId });
    await guest.deleteGuest(connection, { guestId });
    return true;
  };
  // Turns of the guest that end meanwhile lock the same sessions, in an order of their own.
  return againOnDeadlock(() => inTransaction(database, merge));
}

/** What is known of who holds a key. */
export type HeldKey = Awaited<ReturnType<typeof findApiKeyRow>>[number];

/** A key by the hash of its text: neither revoked nor expired. */
export async function findApiKey(database: Database, hash: string): Promise<HeldKey | null> {
  const [found] = await findApiKeyRow(database, { hash });
  return found ?? null;
}

const keySelect = {
  id: true,
  name: true,
  hint: true,
  scopes: true,
  agentId: true,
  expiresAt: true,
  lastUsedAt: true,
  createdAt: true,
} as const;
const Scopes = z.array(z.string());

const toApiKey = ({ scopes, ...row }: Prisma.ApiKeyGetPayload<{ select: typeof keySelect }>): ApiKey => ({
  ...row,
  scopes: Scopes.parse(scopes),
});

/** The keys of an account that are not revoked, the latest first; those that have expired are among them. */
export async function listApiKeys(database: Database, accountId: string): Promise<ApiKey[]> {
  const found = await database.prisma.apiKey.findMany({
    where: { accountId, revokedAt: null },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: keySelect,
  });
  return found.map(toApiKey);
}

/** Revokes a key of the account. Gives whether there was one. */
export async function revokeApiKey({ prisma }: Database, accountId: string, id: string): Promise<boolean> {
  const where = { id, accountId, revokedAt: null };
  // The row of the settings' key stays, without a word of its holder's, so that no start makes the key anew.
  const kept = await prisma.apiKey.updateMany({
    where: { ...where, isSetting: true },
    data: { revokedAt: new Date(), name: "" },
  });
  const gone = await prisma.apiKey.deleteMany({ where: { ...where, isSetting: false } });
  return kept.count + gone.count > 0;
}

/** Notes that keys were used just now. */
export async function touchApiKeys(database: Database, ids: readonly string[]): Promise<void> {
  await touchApiKeyRows(database, { ids });
}

/** A key to be entered. */
type NewKey = {
  readonly id: string;
  readonly accountId: string;
  readonly hash: string;
  readonly hint: string;
  readonly name: string;
};

/** Enters a key of the account under its hash. Nothing changes when the hash is known. */
export async function insertApiKey(
  database: Database,
  key: NewKey & {
    readonly scopes?: readonly string[];
    readonly agentId?: string | null;
    readonly expiresAt?: Date | null;
  },
): Promise<void> {
  await insertApiKeyRow(database, { scopes: [], agentId: null, expiresAt: null, ...key });
}

/** Makes a key the one of the settings: it is entered for the owner, and those that settings of before named end. */
export async function enterSettingKey(database: Database, key: NewKey): Promise<void> {
  await deleteOtherSettingKeys(database, { hash: key.hash });
  await insertSettingKeyRow(database, key);
}
