import { validateHeaderName, validateHeaderValue } from "node:http";
import type { OutboundRequest } from "../domain/outbound.ts";
import { parseAddress } from "./outbound-target.ts";

const METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Headers that frame the message, steer the connection or speak to a proxy. */
const NOT_FOR_CALLERS =
  /^(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|http2-settings|proxy-.*)$/u;

/** What an origin learns when another one sends us there: no header that may hold a secret, whatever its name. */
const FOR_EVERYONE: readonly string[] = ["accept", "accept-encoding", "accept-language", "content-type", "user-agent"];

/** What goes over the wire to one address. Header names are in lower case. */
export type Message = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
};

/** The first message of a request. Throws a sentence for an address, a method or a header that may not be sent. */
export function firstMessage({ method, url, headers, body }: OutboundRequest): Message {
  const verb = method.toUpperCase();
  if (!METHODS.includes(verb)) {
    throw new Error(`The method ${JSON.stringify(method)} is not one of ${METHODS.join(", ")}.`);
  }
  const given = Object.entries(headers).map(([name, value]) => [checkedName(name, value), value] as const);
  return {
    method: verb,
    url: parseAddress(url),
    // Packed answers are not unpacked: a small one may hold gigabytes.
    headers: { accept: "*/*", "user-agent": "Parley", ...Object.fromEntries(given), "accept-encoding": "identity" },
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/**
 * The message that an answer with this status and `Location` asks for, or null where it asks for none.
 *
 * Method and body change as in fetch (WHATWG Fetch, 4.4 HTTP-redirect fetch, step 12). Another origin gets none of the
 * caller's headers but those that every client sends.
 */
export function redirected(message: Message, status: number, location: string | undefined): Message | null {
  if (!REDIRECTS.includes(status) || location === undefined) return null;
  const url = parseAddress(location, message.url);
  const becomesGet =
    (status === 303 && message.method !== "GET" && message.method !== "HEAD") ||
    ((status === 301 || status === 302) && message.method === "POST");
  const isSameOrigin = url.origin === message.url.origin;
  const headers = Object.entries(message.headers).filter(
    ([name]) => (isSameOrigin || FOR_EVERYONE.includes(name)) && !(becomesGet && name.startsWith("content-")),
  );
  return {
    method: becomesGet ? "GET" : message.method,
    url,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : message.body,
  };
}

function checkedName(name: string, value: string): string {
  try {
    validateHeaderName(name);
  } catch {
    throw new Error(`${JSON.stringify(name)} is not a name of a header.`);
  }
  try {
    validateHeaderValue(name, value);
  } catch {
    throw new Error(`The header ${name} has a line break or another character that headers may not have.`);
  }
  const lower = name.toLowerCase();
  if (NOT_FOR_CALLERS.test(lower)) throw new Error(`The header ${name} may not be given: the connection sets it.`);
  return lower;
}
