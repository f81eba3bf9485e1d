import { enterGuest, leaveGuest } from "../core/guests.ts";
import { addressOf } from "../server/address.ts";
import type { Parley } from "../server/parley.ts";
import { type Caller, isSecure } from "./authenticate.ts";
import { sessionCookie } from "./session-cookie.ts";
import { startSignIn } from "./signed-in.ts";

/**
 * Answers the request of a caller, who becomes a guest for it where it is a visitor.
 *
 * `tell` gets the cookie that makes the browser the guest, also where `answer` throws after something was stored. A
 * request that came to nothing leaves no guest behind. Throws "rate-limited" for the address of too many new guests.
 */
export async function asGuest(
  parley: Parley,
  request: Request,
  { accountId, signInId, isVisitor }: Caller,
  { tell, answer }: { readonly tell: (cookie: string) => void; readonly answer: () => Promise<Response> },
): Promise<Response> {
  if (!isVisitor || signInId === null) return answer();
  const address = addressOf(request, parley.settings.trustedProxies);
  if (address !== null) await parley.limits.countGuest(address);
  const cookie = await sessionCookie({ sub: accountId, signIn: signInId }, parley.secret, isSecure(parley));
  await enterGuest(parley.ports, accountId);
  await startSignIn(parley, request, { accountId, tokenVersion: 0 }, signInId);
  let isDone = false;
  try {
    const response = await answer();
    isDone = response.ok;
    return response;
  } finally {
    if (isDone || !(await leaveGuest(parley.ports, accountId))) tell(cookie);
  }
}
