import { isOwnOrigin } from "../server/hosts.ts";
import { type Parley, parley } from "../server/parley.ts";
import { tooManyFrom } from "./sign-in-limit.ts";
import { enteringCookies, enteringOf, withCookies } from "./signed-in.ts";

const LONGEST_FORM = 1000;

/**
 * Signs a browser in as the owner, for the token of the link that a start prints, which is good once, and sends it to the
 * first page; to the sign-in page, which says why, where that cannot be.
 */
export async function enterByLink(request: Request): Promise<Response> {
  const running = await parley();
  const refusal = await tooManyFrom(running, request);
  if (refusal) return refusal;
  const isTaken = !isOfAnotherSite(request, running) && (await running.takeOwnerToken(await tokenOf(request)));
  return isTaken ? entered(running, request) : sentTo("/sign-in?error=link");
}

async function entered(running: Parley, request: Request): Promise<Response> {
  const owner = await enteringOf(running, running.ownerId);
  if (!owner) return sentTo("/sign-in?error=link");
  return withCookies(sentTo("/"), await enteringCookies(running, request, owner));
}

/** The token of the form; empty for a body that is none. Nobody reads more of it than a form has. */
async function tokenOf(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > LONGEST_FORM) return "";
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8")).get("token") ?? "";
}

/**
 * Whether a browser says that a page of another site sent the form. The page of the link tells no referrer, for which
 * browsers send the origin "null"; the token is what cannot be guessed.
 */
function isOfAnotherSite({ headers }: Request, { settings }: Parley): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = headers.get("origin");
  return origin !== null && origin !== "null" && !isOwnOrigin(origin, headers, settings);
}

const sentTo = (location: string): Response =>
  new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
