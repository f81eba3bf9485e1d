import { findAccountByEmail } from "../db/accounts.ts";
import { normalEmail } from "../domain/email.ts";
import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import { addressOf } from "../server/address.ts";
import { hashKey } from "../server/keys.ts";
import { networkOf } from "../server/network.ts";
import type { Parley } from "../server/parley.ts";
import { knownBrowserOf } from "./known-browser.ts";
import { fitsPassword, hashPassword } from "./password.ts";
import type { Entering } from "./signed-in.ts";

/** Who sends a request, as it is counted; null where nobody knows. */
export function callerOfRequest({ settings }: Parley, request: Request): string | null {
  const address = addressOf(request, settings.trustedProxies);
  return address === null ? null : networkOf(address);
}

/**
 * The account that an address and a password open, or null.
 *
 * Tries are counted by the caller's address and by the account, ten a minute; those of a browser that has been signed
 * in to the account before have a count of their own, so that strangers lock nobody out. A try past a limit is told as
 * a wrong password is, and takes as long: who guesses is not to know when a try counted. Throws "rate-limited" where
 * too many passwords are being checked.
 */
export async function checkPassword(
  parley: Parley,
  request: Request,
  given: { readonly email: string; readonly password: string },
): Promise<Entering | null> {
  const email = normalEmail(given.email);
  const account = email === null ? null : await findAccountByEmail(parley.ports.database, email);
  const known = account && (await knownBrowserOf(parley, request));
  const isCounted = await counts(async () => {
    if (account && known?.accounts.includes(account.id)) {
      return parley.limits.countAttempt(`known ${known.browser} ${account.id}`);
    }
    const caller = callerOfRequest(parley, request);
    if (caller !== null) await parley.limits.countAttemptFrom(caller);
    await parley.limits.countAttempt(`stranger ${hashKey(email ?? given.email)}`);
  });
  // Somebody unknown takes as long as a wrong password.
  const stored = account?.passwordHash ?? null;
  const fits = await inLine(parley, request, () => fitsPassword(stored, given.password));
  return isCounted && fits && account ? { accountId: account.id, tokenVersion: account.tokenVersion } : null;
}

/** The hash of a new password, when it is its turn. Throws "rate-limited". */
export const hashInLine = (parley: Parley, request: Request, password: string): Promise<string> =>
  inLine(parley, request, () => hashPassword(password));

/** Whether a password fits, for an account that is signed in: ten tries a minute. Throws "rate-limited". */
export async function tryPassword(
  parley: Parley,
  request: Request,
  accountId: string,
  { stored, password }: { readonly stored: string | null; readonly password: string },
): Promise<boolean> {
  await parley.limits.countAttempt(`own ${accountId}`);
  return inLine(parley, request, () => fitsPassword(stored, password));
}

const inLine = <Result>(parley: Parley, request: Request, hash: () => Promise<Result>): Promise<Result> =>
  parley.hashLine.run(callerOfRequest(parley, request) ?? newId(), hash);

async function counts(count: () => Promise<void>): Promise<boolean> {
  try {
    await count();
    return true;
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "rate-limited") return false;
    throw thrown;
  }
}
