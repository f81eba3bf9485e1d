import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { defaults } from "../core/agents.ts";
import { findAccount, findAccountByEmail, mergeGuest } from "../db/accounts.ts";
import { AccountBody } from "../dialects/web/index.ts";
import { accountOfCookie, forgetCallers, isSecure } from "./authenticate.ts";
import type { Parley } from "./parley.ts";
import { fitsPassword } from "./password.ts";
import { cookieValue, SESSION_COOKIE, SESSION_SECONDS } from "./session-cookie.ts";

/** How people sign in. A guest who signs in takes its sessions along. */
export function nextAuthOptions(parley: Parley): NextAuthOptions {
  return {
    secret: parley.secret,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: {
        name: SESSION_COOKIE,
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure(parley) },
      },
    },
    providers: [
      CredentialsProvider({
        name: "e-mail and password",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(credentials, request) {
          const parsed = AccountBody.partial({ password: true }).safeParse(credentials);
          if (!parsed.success) return null;
          const cookies: unknown = request.headers?.cookie;
          return signIn(parley, parsed.data, typeof cookies === "string" ? cookies : null);
        },
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        if (!user) return token;
        const account = await findAccount(parley.ports.database, user.id);
        return { sub: user.id, tokenVersion: account?.tokenVersion ?? 0 };
      },
    },
  };
}

async function signIn(
  parley: Parley,
  { email, password }: { readonly email: string; readonly password?: string },
  cookies: string | null,
): Promise<{ id: string } | null> {
  const { database } = parley.ports;
  const isTooOften = await parley.limits.countAttempt(email.toLowerCase()).then(
    () => false,
    () => true,
  );
  // Told as a wrong password is: who guesses is not to know when a try counted.
  if (isTooOften) return null;
  const account = await findAccountByEmail(database, email);
  // Somebody unknown takes as long as a wrong password.
  if (!(await fitsPassword(account?.passwordHash ?? null, password ?? "")) || !account) return null;
  const cookie = cookieValue(cookies, SESSION_COOKIE);
  const guestId = cookie === null ? null : await accountOfCookie(parley, cookie);
  if (guestId !== null && guestId !== account.id) {
    const home = await defaults({ database, accountId: account.id });
    await mergeGuest(database, guestId, { accountId: account.id, ...home });
    forgetCallers(parley);
  }
  return { id: account.id };
}
