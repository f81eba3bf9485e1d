import { ChatError } from "../domain/errors.ts";
import type { Parley } from "../server/parley.ts";
import { callerOfRequest } from "./tries.ts";

/**
 * Counts a request of the sign-in pages' own routes by its address, as those of the API are. Gives the refusal for one
 * too many, else null: a page to go to, where next-auth's client looks for it, and a sentence for everybody else.
 */
export async function tooManyFrom(parley: Parley, request: Request): Promise<Response | null> {
  const caller = callerOfRequest(parley, request);
  if (caller === null) return null;
  try {
    await parley.limits.countRequest(caller);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof ChatError) || thrown.code !== "rate-limited") throw thrown;
    const url = new URL("/sign-in?error=limit", request.url).href;
    const headers = {
      "retry-after": String(thrown.details.retryAfterSeconds ?? 60),
      "cache-control": "private, no-store",
    };
    return Response.json({ url, detail: thrown.message }, { status: 429, headers });
  }
}
