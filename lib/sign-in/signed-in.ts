import { takeGuestAlong } from "../core/accounts.ts";
import type { Scope } from "../core/scope.ts";
import { findAccount } from "../db/accounts.ts";
import { deleteSignIn, insertSignIn } from "../db/sign-ins.ts";
import { ChatError } from "../domain/errors.ts";
import { newId } from "../domain/ids.ts";
import type { Parley } from "../server/parley.ts";
import { forgetCallers, isSecure, type Visitor, visitorOf } from "./authenticate.ts";
import { browserName } from "./browser-name.ts";
import { knownCookie } from "./known-browser.ts";
import { type Claims, SESSION_SECONDS, sessionCookie } from "./session-cookie.ts";

/** Browsers of an account that are signed in at once; the one that signed in first is signed out for one more. */
const MOST = 50;

/** The account that a browser is signed in to, and the number that it had when this was found right. */
export type Entering = { readonly accountId: string; readonly tokenVersion: number };

/**
 * Signs the browser of a request in: with a sign-in of its own, whoever it was signed in as. What a guest has goes
 * along, and the sign-in that the browser had ends, so that a cookie somebody has planted speaks for nobody. Gives what
 * the browser's cookie is to hold.
 *
 * Throws "unauthenticated" where the account has become another since.
 */
export async function enter(parley: Parley, request: Request, { accountId, tokenVersion }: Entering): Promise<Claims> {
  const id = newId();
  const visitor = await visitorOf(parley, request.headers.get("cookie"));
  if (visitor) await takeGuestAlong(parley.ports, visitor.accountId, accountId);
  await startSignIn(parley, request, { accountId, tokenVersion }, id);
  if (visitor) await signOut(parley, visitor);
  forgetCallers(parley);
  return { sub: accountId, signIn: id };
}

/** Enters a sign-in under an id, and nothing else. Throws as `enter` does. */
export async function startSignIn(
  { ports }: Parley,
  request: Request,
  { accountId, tokenVersion }: Entering,
  id: string,
): Promise<void> {
  const browser = browserName(request.headers.get("user-agent"));
  const signIn = { id, accountId, tokenVersion, browser, seconds: SESSION_SECONDS, most: MOST };
  if (await insertSignIn(ports.database, signIn)) return;
  throw new ChatError("unauthenticated", "This account was changed just now. Sign in again.", { noun: "credentials" });
}

/**
 * Set-Cookie headers for the browser of a request, which is signed in by them: see `enter`. It is known from then on.
 */
export async function enteringCookies(
  parley: Parley,
  request: Request,
  entering: Entering,
): Promise<readonly string[]> {
  const claims = await enter(parley, request, entering);
  return [
    await sessionCookie(claims, parley.secret, isSecure(parley)),
    await knownCookie(parley, request, entering.accountId),
  ];
}

/** Gives an answer Set-Cookie headers. */
export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

/**
 * The answer to a browser whose account's sign-ins have ended: with a new one, so that this browser stays signed in.
 */
export async function stillSignedIn(
  parley: Parley,
  request: Request,
  { accountId }: Scope,
  tokenVersion: number,
): Promise<Response> {
  const cookies = await enteringCookies(parley, request, { accountId, tokenVersion });
  return withCookies(new Response(null, { status: 204 }), cookies);
}

/** The account of an id as a browser may be signed in to it now; null where there is none. */
export async function enteringOf({ ports }: Parley, accountId: string): Promise<Entering | null> {
  const account = await findAccount(ports.database, accountId);
  return account && { accountId, tokenVersion: account.tokenVersion };
}

/** Signs a browser out: its cookie speaks for nobody any more. */
export async function signOut(parley: Parley, { accountId, signInId }: Visitor): Promise<void> {
  await deleteSignIn(parley.ports.database, accountId, signInId);
  forgetCallers(parley);
}
