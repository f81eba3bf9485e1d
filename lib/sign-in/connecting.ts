import { decode, encode } from "next-auth/jwt";
import type { Parley } from "../server/parley.ts";
import { isSecure, type Visitor } from "./authenticate.ts";
import { cookieName, cookieValue, setCookie } from "./session-cookie.ts";

// Who signs in with a provider in a browser where somebody is signed in may be somebody else, who does not know. So an
// identity is added to a person's account only where that person has asked for it, on the account page, just now.

const SECONDS = 15 * 60;
const SALT = "connecting";

const nameOf = (parley: Parley): string => cookieName("connecting", isSecure(parley));

/** A Set-Cookie header by which the next sign-in with a provider is one more way into the account of this sign-in. */
export async function connectingCookie(parley: Parley, signInId: string): Promise<string> {
  const value = await encode({ token: { signIn: signInId }, secret: parley.secret, maxAge: SECONDS, salt: SALT });
  return setCookie(nameOf(parley), value, SECONDS, isSecure(parley));
}

/** Whether a visitor has asked, within a quarter of an hour, that an identity be added to its account. */
export async function isConnecting(parley: Parley, request: Request, { signInId }: Visitor): Promise<boolean> {
  const token = cookieValue(request.headers.get("cookie"), nameOf(parley));
  if (token === null) return false;
  const claims = await decode({ token, secret: parley.secret, salt: SALT }).catch(() => null);
  return claims?.signIn === signInId;
}
