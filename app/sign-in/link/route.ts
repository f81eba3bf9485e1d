import { findAccount } from "@/lib/core/accounts";
import { parley } from "@/lib/server/parley";
import { isSecure } from "@/lib/sign-in/authenticate";
import { sessionCookie } from "@/lib/sign-in/session-cookie";

/** The link that the server prints at its start: signs this browser in as the owner, once. */
export async function GET(request: Request): Promise<Response> {
  const running = await parley();
  const token = new URL(request.url).searchParams.get("token") ?? "";
  const headers = new Headers({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  if (running.takeOwnerToken(token)) {
    const owner = await findAccount(running.ports, running.ownerId);
    const claims = { sub: running.ownerId, tokenVersion: owner?.tokenVersion ?? 0 };
    headers.set("set-cookie", await sessionCookie(claims, running.secret, isSecure(running)));
    headers.set("location", "/");
  } else {
    headers.set("location", "/sign-in?error=link");
  }
  return new Response(null, { status: 303, headers });
}
