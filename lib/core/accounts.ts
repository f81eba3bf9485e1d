import * as db from "../db/accounts.ts";
import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Ports } from "./scope.ts";

export type Account = db.Account;

/** An account, or null. */
export const findAccount = ({ database }: Pick<Ports, "database">, id: string): Promise<Account | null> =>
  db.findAccount(database, id);

/**
 * Makes an account, or turns a guest into one: its sessions stay. `hashPassword` is called when the address is free.
 *
 * Throws "conflict" for an e-mail address that is taken.
 */
export async function createAccount(
  { database }: Pick<Ports, "database">,
  {
    email,
    guestId,
    hashPassword,
  }: {
    readonly email: string;
    readonly guestId: string | null;
    readonly hashPassword: () => Promise<string>;
  },
): Promise<Account> {
  if (await db.findAccountByEmail(database, email)) throw taken();
  const guest = guestId === null ? null : await db.findAccount(database, guestId);
  const passwordHash = await hashPassword();
  const account = guest && guest.email === null ? guest : await db.insertGuest(database, newId());
  const isSet = await db.setCredentials(database, account.id, email, passwordHash);
  if (!isSet) throw taken();
  return account;
}

const taken = () => new ChatError("conflict", "There is an account with this e-mail address. Sign in instead.");
