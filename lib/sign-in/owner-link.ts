import { isOwnOrigin } from "../server/hosts.ts";
import { type Parley, parley } from "../server/parley.ts";
import { tooManyFrom } from "./sign-in-limit.ts";
import { enteringCookies, enteringOf, withCookies } from "./signed-in.ts";

const LONGEST_FORM = 1000;

/** Reads a body of at most so many bytes. Throws for a longer one, and for one that does not come. */
type ReadBody = (request: Request, limitBytes: number) => Promise<Uint8Array>;

/**
 * Signs a browser in as the owner, for the token of the link that a start prints, which is good once, and sends it to
 * the first page; to the sign-in page, which says why, where that cannot be.
 */
export async function enterByLink(request: Request, readBody: ReadBody): Promise<Response> {
  const running = await parley();
  const refusal = await tooManyFrom(running, request);
  if (refusal) return refusal;
  const isTaken =
    !isOfAnotherSite(request, running) && (await running.takeOwnerToken(await tokenOf(request, readBody)));
  return isTaken ? entered(running, request) : sentTo("/sign-in?error=link");
}

async function entered(running: Parley, request: Request): Promise<Response> {
  const owner = await enteringOf(running, running.ownerId);
  if (!owner) return sentTo("/sign-in?error=link");
  return withCookies(sentTo("/"), await enteringCookies(running, request, owner));
}

/** The token of the form; empty for a body that is none. */
async function tokenOf(request: Request, readBody: ReadBody): Promise<string> {
  const bytes = await readBody(request, LONGEST_FORM).catch(() => new Uint8Array());
  return new URLSearchParams(Buffer.from(bytes).toString("utf8")).get("token") ?? "";
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
