import * as db from "../db/accounts.ts";
import {
  accountOfIdentity,
  deleteIdentity,
  type Identity,
  insertIdentity,
  listIdentities,
  type StoredIdentity,
} from "../db/identities.ts";
import { normalEmail } from "../domain/email.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { defaults } from "./agents.ts";
import type { Ports, Scope } from "./scope.ts";

export type Account = db.Account;

/** An account, or null. */
export const findAccount = ({ database }: Pick<Ports, "database">, id: string): Promise<Account | null> =>
  db.findAccount(database, id);

/**
 * Makes an account, or turns a guest into one: its sessions stay, and its sign-ins of before end. `hashPassword` is
 * called when the address is free.
 *
 * Throws "invalid" for an e-mail address that is none and "conflict" for one that is taken, and for a guest that has
 * signed in to another account meanwhile.
 */
export async function createAccount(
  { database }: Pick<Ports, "database">,
  {
    guestId,
    hashPassword,
    ...given
  }: {
    readonly email: string;
    readonly guestId: string | null;
    readonly hashPassword: () => Promise<string>;
  },
): Promise<Account> {
  const email = addressOf(given.email);
  if (await db.findAccountByEmail(database, email)) throw taken();
  const guest = guestId === null ? null : await db.findAccount(database, guestId);
  const passwordHash = await hashPassword();
  // A person stays who it is: whoever makes an account in its browser may be somebody else.
  const account = guest?.kind === "guest" ? guest : await db.insertGuest(database, newId());
  const tokenVersion = numberOf(await db.setCredentials(database, account.id, email, passwordHash));
  return { ...account, kind: "person", email, tokenVersion };
}

/** The number of new sign-ins. Throws "conflict" where an address or a password could not be given. */
function numberOf(given: Awaited<ReturnType<typeof db.setCredentials>>): number {
  if (given === "taken") throw taken();
  if (given === "gone") {
    // A guest that another request has made a person, or taken along to its account.
    throw new ChatError("conflict", "You have signed in or made an account meanwhile. Reload the page.");
  }
  return given;
}

/**
 * The id of the account that an identity signs in to.
 *
 * One that is new here is added to the account of the visitor: a person gets another way to sign in, a guest becomes a
 * person and keeps its sessions, and who has no account gets one. Where the identity has an account already, a guest's
 * sessions move there. Accounts are never found by an e-mail address: it proves nothing about who set it here.
 *
 * Throws "forbidden" for a new account where `isSignUpOpen` is false.
 */
export async function signInWithIdentity(
  ports: Pick<Ports, "database" | "onMerged">,
  identity: Identity,
  { visitorId, isSignUpOpen }: { readonly visitorId: string | null; readonly isSignUpOpen: boolean },
): Promise<string> {
  const { database } = ports;
  const visitor = visitorId === null ? null : await db.findAccount(database, visitorId);
  const known = await accountOfIdentity(database, identity);
  if (known === null) {
    if (visitor?.kind !== "person" && !isSignUpOpen) throw signUpClosed();
    const accountId = visitor?.id ?? newId();
    if (await insertIdentity(database, newId(), accountId, identity)) return accountId;
    // Another request was faster.
    return signInWithIdentity(ports, identity, { visitorId, isSignUpOpen });
  }
  if (visitor) await takeGuestAlong(ports, visitor.id, known);
  return known;
}

/** Moves what a guest has to the account that it signs in to; of a person nothing moves. Gives whether anything did. */
export async function takeGuestAlong(
  { database, onMerged }: Pick<Ports, "database" | "onMerged">,
  guestId: string,
  accountId: string,
): Promise<boolean> {
  if (guestId === accountId) return false;
  const home = await defaults({ database, accountId });
  const isMerged = await db.mergeGuest(database, guestId, { accountId, ...home });
  if (isMerged) onMerged?.(guestId, accountId);
  return isMerged;
}

/** With whom an account signs in, besides a password. */
export const identitiesOf = ({ database }: Pick<Ports, "database">, accountId: string): Promise<StoredIdentity[]> =>
  listIdentities(database, accountId);

/**
 * Ends the sign-in with an identity, and every sign-in of before. Gives the number that new ones are made with.
 *
 * `providers` are those that somebody can sign in with on this server. Throws "not-found" where there is none,
 * "forbidden" as `changePassword` does, and "conflict" for the only way in that the account has.
 */
export async function disconnectIdentity(scope: Scope, id: string, providers: readonly string[]): Promise<number> {
  const known = (await identitiesOf(scope, scope.accountId)).find((one) => one.id === id.toLowerCase());
  if (!known) throw notFound("identity", id);
  await checkPerson(scope);
  const outcome = await deleteIdentity(scope.database, scope.accountId, known.id, providers);
  // Another request was faster.
  if (outcome === "none") throw notFound("identity", id);
  if (outcome === "last") {
    throw new ChatError("conflict", "This is the only way into this account. Set a password first.");
  }
  return outcome;
}

/** What somebody new is told where the owner lets nobody in. */
export const signUpClosed = (): ChatError => new ChatError("forbidden", "New accounts are not open on this server");

/** How passwords are kept: see `lib/sign-in/password.ts`. */
type Passwords = {
  readonly hash: (password: string) => Promise<string>;
  readonly fits: (stored: string | null, password: string) => Promise<boolean>;
};

/** Whether an account signs in with a password. */
export const hasPassword = async ({ database, accountId }: Scope): Promise<boolean> =>
  (await db.findPasswordHash(database, accountId)) !== null;

/**
 * Gives an account a new password and ends every sign-in of it. Gives the number that new ones are made with.
 *
 * An account without a password needs an e-mail address for it, one with a password that one. Throws "forbidden" for a
 * guest and for a caller with a key, "invalid" for a password that is not the present one and an address that is
 * missing, "conflict" for one that is taken.
 */
export async function changePassword(
  scope: Scope,
  wanted: { readonly email: string | null; readonly current: string | null; readonly password: string },
  passwords: Passwords,
): Promise<number> {
  const { database, accountId } = scope;
  await checkPerson(scope);
  const stored = await db.findPasswordHash(database, accountId);
  if (stored === null) {
    if (wanted.email === null) throw atField("email", "Enter the e-mail address to sign in with");
    const email = addressOf(wanted.email);
    const hash = await passwords.hash(wanted.password);
    return numberOf(await db.setCredentials(database, accountId, email, hash));
  }
  const fits = await passwords.fits(stored, wanted.current ?? "");
  if (!fits) throw atField("currentPassword", "This is not your present password");
  return db.endAllSignIns(database, accountId, await passwords.hash(wanted.password));
}

/** Ends every sign-in of an account; API keys stay. Gives and throws as `changePassword` does. */
export async function signOutEverywhere(scope: Scope): Promise<number> {
  await checkPerson(scope);
  return db.endAllSignIns(scope.database, scope.accountId, null);
}

/** Throws "forbidden" for a guest, and for a caller with a key: neither changes how somebody signs in. */
export async function checkPerson({ database, accountId, via }: Scope): Promise<void> {
  if (via !== "cookie") throw new ChatError("forbidden", "Sign-in is changed in the browser, not with an API key");
  const account = await db.findAccount(database, accountId);
  if (account?.kind !== "person") throw new ChatError("forbidden", "A guest has no sign-in. Make an account first.");
}

/** An address in its one form. Throws "invalid" for what is none. */
function addressOf(text: string): string {
  const email = normalEmail(text);
  if (email === null) throw atField("email", "Enter one e-mail address, such as ada@example.org");
  return email;
}

const atField = (field: string, message: string) => new ChatError("invalid", message, { noun: "account", field });

const taken = () => new ChatError("conflict", "There is an account with this e-mail address. Sign in instead.");
