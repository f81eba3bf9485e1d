import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { AccountBody } from "../dialects/web/schema.ts";
import { ChatError } from "../domain/errors.ts";
import { withoutLongWords } from "../domain/secrets.ts";
import { isOpen } from "../server/hosts.ts";
import type { Parley } from "../server/parley.ts";
import { isSecure, visitorOf, visitorOfSignIn } from "./authenticate.ts";
import { isConnecting } from "./connecting.ts";
import { knownCookie } from "./known-browser.ts";
import { Claims, cookieName, SESSION_SECONDS, sessionCookieName } from "./session-cookie.ts";
import { type Entering, enter, enteringOf, signOut } from "./signed-in.ts";
import { checkPassword } from "./tries.ts";
import { authProvider, vouchedAccount } from "./vouchers.ts";

const ASKING_SECONDS = 15 * 60;

/**
 * How the browser of one request signs in and out. A guest who signs in takes its sessions along. `tell` gets a cookie
 * that the answer is to set besides next-auth's own.
 */
export function nextAuthOptions(parley: Parley, request: Request, tell: (cookie: string) => void): NextAuthOptions {
  const { log } = parley.ports;
  const { vouchers } = parley.settings;
  // Who was found right by this request, for whom next-auth then asks for a cookie.
  let entering: Entering | null = null;
  return {
    secret: parley.secret,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: authCookies(isSecure(parley)),
    providers: [
      CredentialsProvider({
        name: "e-mail and password",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(credentials) {
          const parsed = AccountBody.partial({ password: true }).safeParse(credentials);
          if (!parsed.success) return null;
          const { email, password = "" } = parsed.data;
          entering = await checkPassword(parley, request, { email, password }).catch(refused);
          return entering && { id: entering.accountId };
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
        const visitor = await visitorOf(parley, request.headers.get("cookie"));
        const isAsked = visitor !== null && (await isConnecting(parley, request, visitor));
        const vouched = await vouchedAccount(
          parley,
          { user, account },
          {
            visitorId: visitor && (visitor.isGuest || isAsked) ? visitor.accountId : null,
            isSignUpOpen: isOpen("signUp", parley.settings, request.headers),
          },
        );
        if ("page" in vouched) return vouched.page;
        entering = await enteringOf(parley, vouched.accountId);
        return entering !== null;
      },
      async jwt({ token, user }) {
        if (!user) return stillIn(parley, token);
        if (!entering) throw new Error("Nobody was found right");
        const claims = await enter(parley, request, entering);
        tell(await knownCookie(parley, request, entering.accountId));
        return claims;
      },
    },
    events: {
      async signOut({ token }) {
        const { data } = Claims.safeParse(token);
        if (data) await signOut(parley, { accountId: data.sub, signInId: data.signIn });
      },
    },
  };
}

/** Next-auth's cookies: over https none of them can be set by a neighbour under the same domain, or without https. */
function authCookies(secure: boolean): NextAuthOptions["cookies"] {
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure } as const;
  const own = (name: string) => ({ name: cookieName(`next-auth.${name}`, secure), options });
  const asking = (name: string) => ({ ...own(name), options: { ...options, maxAge: ASKING_SECONDS } });
  return {
    sessionToken: { name: sessionCookieName(secure), options },
    callbackUrl: own("callback-url"),
    csrfToken: own("csrf-token"),
    pkceCodeVerifier: asking("pkce.code_verifier"),
    state: asking("state"),
    nonce: asking("nonce"),
  };
}

/** What a cookie holds, for one that still counts; next-auth takes any other away when this throws. */
async function stillIn(parley: Parley, token: object): Promise<Claims> {
  const claims = Claims.parse(token);
  const visitor = await visitorOfSignIn(parley, { accountId: claims.sub, signInId: claims.signIn });
  if (!visitor) throw new Error("The sign-in has ended");
  return claims;
}

/** A try that could not be made is told as a wrong one. */
function refused(thrown: unknown): null {
  if (thrown instanceof ChatError && thrown.code === "rate-limited") return null;
  throw thrown;
}

const reasonOf = (metadata: Error | { readonly error: Error } | object): string => {
  const error = "error" in metadata ? metadata.error : metadata;
  // Providers and their client quote codes, states and tokens.
  return error instanceof Error ? withoutLongWords(error.message) : "unknown";
};
