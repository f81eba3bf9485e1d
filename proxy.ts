import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { answersTo, WRONG_HOST } from "./lib/server/hosts";
import { pagePolicy } from "./lib/server/page-policy";
import { parseSettings } from "./lib/server/settings";
import { unavailablePage } from "./lib/server/unavailable-page";

/**
 * Pages, and what else a browser opens. Routes of the API check their host themselves and pay for no copy of their
 * body.
 */
export const config = {
  matcher: ["/((?!api(?:/|$)|v1(?:/|$)|sessions(?:/|$)|_next/|reference/|drawing/|favicon\\.svg$).*)"],
};

const isDev = process.env.NODE_ENV === "development";
const read = readSettings();

/** The settings, or why they cannot be used: a deployment without them is to say so, not to break. */
function readSettings(): ReturnType<typeof parseSettings> | string {
  try {
    return parseSettings(process.env);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/**
 * Gives a page the policy under which its scripts run, by a nonce of its own; refuses what was sent to no host of ours.
 */
export function proxy(request: NextRequest): Response {
  if (typeof read === "string") return unavailablePage(read);
  if (!answersTo(request.headers, read)) return new NextResponse(`${WRONG_HOST}\n`, { status: 421 });
  // The reference brings its own.
  if (/^\/docs\/?$/u.test(request.nextUrl.pathname)) return NextResponse.next();
  const nonce = randomBytes(16).toString("base64");
  const policy = pagePolicy(nonce, isDev);
  const headers = new Headers(request.headers);
  // Next reads the nonce out of it.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  // Its address holds what signs the owner in.
  if (request.nextUrl.pathname.startsWith("/sign-in/link")) response.headers.set("referrer-policy", "no-referrer");
  return response;
}
