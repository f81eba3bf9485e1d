import { decode, encode } from "next-auth/jwt";
import { z } from "zod";

/** The cookie of a signed-in browser, a guest's too: next-auth's encrypted token. */
export const SESSION_COOKIE = "session";
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

const Claims = z.object({ sub: z.string(), tokenVersion: z.number() });
/** Whom a cookie speaks for, and the number it was made with. */
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
  const secure = isSecure ? "; Secure" : "";
  return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${SESSION_SECONDS}${secure}`;
}

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
