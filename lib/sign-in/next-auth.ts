import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { takeGuestAlong } from "../core/accounts.ts";
import { findAccount, findAccountByEmail } from "../db/accounts.ts";
import { AccountBody } from "../dialects/web/schema.ts";
import { isOpen } from "../server/hosts.ts";
import type { Parley } from "../server/parley.ts";
import { forgetCallers, isSecure, visitorOf } from "./authenticate.ts";
import { fitsPassword } from "./password.ts";
import { SESSION_COOKIE, SESSION_SECONDS } from "./session-cookie.ts";
import { authProvider, vouchedAccount } from "./vouchers.ts";

/** How people sign in: `headers` are those of the request. A guest who signs in takes its sessions along. */
export function nextAuthOptions(parley: Parley, headers: Headers): NextAuthOptions {
  const cookies = headers.get("cookie");
  const { log } = parley.ports;
  const { vouchers } = parley.settings;
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
        async authorize(credentials) {
          const parsed = AccountBody.partial({ password: true }).safeParse(credentials);
          return parsed.success ? signIn(parley, parsed.data, cookies) : null;
        },
      }),
      ...vouchers.map(authProvider),
    ],
    // Its own would write to the console, and what a provider answered with it.
    logger: {
      error: (code, metadata) => log.warn({ code, reason: reasonOf(metadata) }, "A sign-in failed"),
      warn: (code) => log.debug({ code }, "next-auth warns"),
      debug: () => {},
    },
    callbacks: {
      async signIn({ user, account }) {
        if (account?.type !== "oauth") return true;
        const vouched = await vouchedAccount(
          parley,
          { user, account },
          {
            visitorId: await visitorOf(parley, cookies),
            isSignUpOpen: isOpen("signUp", parley.settings, headers),
          },
        );
        if ("page" in vouched) return vouched.page;
        // Whom the cookie is made for, below.
        user.id = vouched.accountId;
        return true;
      },
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
  const visitorId = await visitorOf(parley, cookies);
  if (visitorId !== null && (await takeGuestAlong(parley.ports, visitorId, account.id))) forgetCallers(parley);
  return { id: account.id };
}

const reasonOf = (metadata: Error | { readonly error: Error } | object): string => {
  const error = "error" in metadata ? metadata.error : metadata;
  return error instanceof Error ? error.message : "unknown";
};
