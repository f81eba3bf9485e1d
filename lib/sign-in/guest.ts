import { enterGuest, leaveGuest } from "../core/guests.ts";
import type { Parley } from "../server/parley.ts";
import { type Caller, isSecure } from "./authenticate.ts";
import { sessionCookie } from "./session-cookie.ts";

/**
 * Answers the request of a caller, who becomes a guest for it where it is a visitor.
 *
 * `tell` gets the cookie that makes the browser the guest, also where `answer` throws after something was stored. A request
 * that came to nothing leaves no guest behind.
 */
export async function asGuest(
  parley: Parley,
  { accountId, isVisitor }: Caller,
  tell: (cookie: string) => void,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (!isVisitor) return answer();
  const cookie = await sessionCookie({ sub: accountId, tokenVersion: 0 }, parley.secret, isSecure(parley));
  await enterGuest(parley.ports, accountId);
  let isDone = false;
  try {
    const response = await answer();
    isDone = response.ok;
    return response;
  } finally {
    if (isDone || !(await leaveGuest(parley.ports, accountId))) tell(cookie);
  }
}
