import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { newId } from "../domain/ids.ts";
import type { Parley } from "../server/parley.ts";
import { isSecure } from "./authenticate.ts";
import { cookieName, cookieValue, setCookie } from "./session-cookie.ts";

// A cookie of our own making that lets nobody in: it says that a browser has been signed in to an account before, so
// that tries of strangers do not lock its person out.

const SECONDS = 365 * 24 * 60 * 60;
const MOST_ACCOUNTS = 10;
/** Keeps this cookie and the one of a sign-in from being taken for each other. */
const SALT = "known browser";

const KnownBrowser = z.object({ browser: z.guid(), accounts: z.array(z.guid()).max(MOST_ACCOUNTS) });
/** A browser by an id of its own, and the accounts that it has been signed in to, the latest first. */
export type KnownBrowser = z.infer<typeof KnownBrowser>;

const nameOf = (parley: Parley): string => cookieName("known", isSecure(parley));

/** What is known of the browser of a request; null where it has not been signed in here. */
export async function knownBrowserOf(parley: Parley, request: Request): Promise<KnownBrowser | null> {
  const token = cookieValue(request.headers.get("cookie"), nameOf(parley));
  if (token === null) return null;
  try {
    const claims = await decode({ token, secret: parley.secret, salt: SALT });
    return KnownBrowser.safeParse(claims).data ?? null;
  } catch {
    return null;
  }
}

/** A Set-Cookie header by which the browser of a request is known as one that has been signed in to an account. */
export async function knownCookie(parley: Parley, request: Request, accountId: string): Promise<string> {
  const known = await knownBrowserOf(parley, request);
  const others = (known?.accounts ?? []).filter((id) => id !== accountId);
  const token: KnownBrowser = {
    browser: known?.browser ?? newId(),
    accounts: [accountId, ...others].slice(0, MOST_ACCOUNTS),
  };
  const value = await encode({ token, secret: parley.secret, maxAge: SECONDS, salt: SALT });
  return setCookie(nameOf(parley), value, SECONDS, isSecure(parley));
}
