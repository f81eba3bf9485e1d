import type { Account, Profile } from "next-auth";
import GitHubProvider from "next-auth/providers/github";
import GoogleProvider from "next-auth/providers/google";
import type { Provider } from "next-auth/providers/index";
import { signInWithIdentity } from "../core/accounts.ts";
import { ChatError } from "../domain/errors.ts";
import type { Parley } from "../server/parley.ts";
import type { Voucher } from "../server/settings.ts";
import { forgetCallers } from "./authenticate.ts";
import { providerOf } from "./identities.ts";

/** A provider as next-auth takes it. All of them check PKCE and state, OpenID Connect the nonce too. */
export function authProvider({ kind, name, clientId, clientSecret, issuer }: Voucher): Provider {
  const client = { clientId, clientSecret };
  if (kind === "github") return GitHubProvider({ ...client, checks: ["pkce", "state"] });
  if (kind === "google") return GoogleProvider({ ...client, checks: ["pkce", "state"] });
  return {
    id: kind,
    name,
    type: "oauth",
    wellKnown: `${issuer?.replace(/\/$/u, "")}/.well-known/openid-configuration`,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    ...client,
    profile: (profile: Profile) => ({ id: profile.sub ?? "", name: profile.name, email: profile.email }),
  };
}

/** Whom the providers vouch for: what next-auth calls a user, and with which provider's account. */
type Vouched = {
  readonly user: { readonly id: string; readonly name?: string | null; readonly email?: string | null };
  readonly account: Pick<Account, "provider" | "providerAccountId">;
};

/** The id of the account that somebody signs in to, or the page that says why not. */
export async function vouchedAccount(
  parley: Parley,
  { user, account }: Vouched,
  { visitorId, isSignUpOpen }: { readonly visitorId: string | null; readonly isSignUpOpen: boolean },
): Promise<{ readonly accountId: string } | { readonly page: string }> {
  const voucher = parley.settings.vouchers.find(({ kind }) => kind === account.provider);
  const identity = {
    provider: voucher ? providerOf(voucher) : account.provider,
    subject: account.providerAccountId,
    label: user.email ?? user.name ?? "",
  };
  try {
    const accountId = await signInWithIdentity(parley.ports, identity, { visitorId, isSignUpOpen });
    // A guest may be somebody else now.
    forgetCallers(parley);
    return { accountId };
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "forbidden") return { page: "/sign-in?error=closed" };
    throw thrown;
  }
}
