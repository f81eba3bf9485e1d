import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { web } from "@/lib/dialects/web";
import { ChatError, toChatError } from "@/lib/domain/errors";
import { checkCallback, readAuthBody } from "@/lib/http/auth-body";
import { smallError } from "@/lib/http/small-error";
import { checkHost } from "@/lib/server/hosts";
import { parley } from "@/lib/server/parley";
import { nextAuthOptions } from "@/lib/sign-in/next-auth";
import { cookieName, cookieValue } from "@/lib/sign-in/session-cookie";
import { tooManyFrom } from "@/lib/sign-in/sign-in-limit";
import { withCookies } from "@/lib/sign-in/signed-in";

const BODY_LIMIT_BYTES = 64 * 1024;
/** Where next-auth keeps the address to go on to; a browser may bring anything under these names. */
const CALLBACK_COOKIES = [false, true].map((isSecure) => cookieName("next-auth.callback-url", isSecure));

async function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const running = await parley();
  const cookies: string[] = [];
  const options = nextAuthOptions(running, request, (cookie) => cookies.push(cookie));
  try {
    checkHost(request.headers, running.settings);
    const refusal = await tooManyFrom(running, request);
    if (refusal) return refusal;
    if (request.method === "GET" && isCredentialsCallback(await context.params)) {
      throw new ChatError("method", "Method Not Allowed");
    }
    const checked = await checkedRequest(request);
    const response = await NextAuth(checked as never, context as never, options); // its types know pages only
    return withCookies(response, cookies);
  } catch (thrown) {
    const error = toChatError(thrown);
    if (error.code === "internal") running.ports.log.error({ err: error.details.cause }, "A sign-in request failed");
    return web.failure(smallError(error));
  }
}

/** Where the sign-in form is posted: next-auth answers a GET of it as a fault of the server. */
const isCredentialsCallback = ({ nextauth }: { readonly nextauth: readonly string[] }): boolean =>
  nextauth[0] === "callback" && nextauth[1] === "credentials";

/** The request with its body read through our limits: next-auth has none. */
async function checkedRequest(request: NextRequest): Promise<NextRequest> {
  const { url, method } = request;
  const cookies = request.headers.get("cookie");
  checkCallback(new URL(url).searchParams.get("callbackUrl"), url);
  for (const name of CALLBACK_COOKIES) checkCallback(cookieValue(cookies, name), url);
  if (method !== "POST") return request;
  const body = await readAuthBody(request, BODY_LIMIT_BYTES);
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new NextRequest(url, { method, headers, body });
}

export { handle as GET, handle as POST };
