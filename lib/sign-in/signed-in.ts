import type { Scope } from "../core/scope.ts";
import type { Parley } from "../server/parley.ts";
import { forgetCallers, isSecure } from "./authenticate.ts";
import { sessionCookie } from "./session-cookie.ts";

/** The answer to a browser whose account's cookies have ended: with a new one, so that this browser stays signed in. */
export async function signedIn(parley: Parley, { accountId }: Scope, tokenVersion: number): Promise<Response> {
  forgetCallers(parley);
  const cookie = await sessionCookie({ sub: accountId, tokenVersion }, parley.secret, isSecure(parley));
  return new Response(null, { status: 204, headers: { "set-cookie": cookie } });
}
