import { decode, encode } from "next-auth/jwt";
import { z } from "zod";

/** How long a browser stays signed in. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

/**
 * The name of a cookie of ours. Over https nobody but this very host can set it, on no connection but an encrypted one:
 * a neighbour under the same domain cannot plant it.
 */
export const cookieName = (name: string, isSecure: boolean): string => (isSecure ? `__Host-${name}` : name);

/** The cookie of a signed-in browser, a guest's too: next-auth's encrypted token. */
export const sessionCookieName = (isSecure: boolean): string => cookieName("session", isSecure);

export const Claims = z.object({ sub: z.guid(), signIn: z.guid() });
/** Whom a cookie speaks for, and the sign-in that it is of. */
export type Claims = z.infer<typeof Claims>;

/** The claims of a cookie's value, or null when it is not ours or has expired. */
export async function readSessionToken(token: string, secret: string): Promise<Claims | null> {
  try {
    return Claims.safeParse(await decode({ token, secret })).data ?? null;
  } catch {
    return null;
  }
}

/** A Set-Cookie header that signs a browser in. */
export async function sessionCookie(claims: Claims, secret: string, isSecure: boolean): Promise<string> {
  const token = await encode({ token: claims, secret, maxAge: SESSION_SECONDS });
  return setCookie(sessionCookieName(isSecure), token, SESSION_SECONDS, isSecure);
}

/** A Set-Cookie header for the whole site, for no script and no request that another site makes. */
export const setCookie = (name: string, value: string, seconds: number, isSecure: boolean): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${isSecure ? "; Secure" : ""}`;

/** The value of a cookie in a Cookie header, or null; null too where it is not written as browsers write it. */
export function cookieValue(header: string | null, name: string): string | null {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return decoded(pair.slice(at + 1).trim());
  }
  return null;
}

function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
