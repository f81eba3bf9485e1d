import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { onRequest } from "./on-request.ts";
import { mendHeaders } from "./request-headers.ts";
import type { Settings } from "./settings.ts";

// Next hands on no socket. A header that no caller can guess carries its address through; Next bundles each route by
// itself, so the header's name hangs on the global object.
const HEADER = Symbol.for("parley.address-header");
const holder = globalThis as { [HEADER]?: string }; // the key is ours alone

// What a proxy says of whom it speaks for. Next adds some of these itself, so they are looked at before it does.
const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
// What is believed of a trusted proxy alone. Without them Next takes what it would ask of them from the connection.
const BELIEVED_HEADERS = ["forwarded", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"];

/**
 * Notes the address at the other end of each connection of this process's HTTP servers, and whether a proxy seems to
 * have handed a request on; takes from requests what nobody is to believe, and what Next would fail at. Once is enough.
 */
export function noteAddresses({ trustedProxies, isFunction }: Pick<Settings, "trustedProxies" | "isFunction">): void {
  if (holder[HEADER] !== undefined) return;
  const name = `x-parley-address-${randomUUID()}`;
  holder[HEADER] = name;
  onRequest(({ request }) => {
    request.headers[name] = request.socket.remoteAddress;
    if (isHandedOn(request)) request.headers[handedOn(name)] = "1";
    if (trustedProxies === 0) for (const header of BELIEVED_HEADERS) delete request.headers[header];
    mendHeaders(request.url ?? "/", request.headers, isFunction);
  });
}

/**
 * Where a request comes from: the other end of its connection, or what the last of `trustedProxies` proxies in front
 * says of it in X-Forwarded-For. Null where nobody knows.
 */
export function addressOf(request: Request, trustedProxies: number): string | null {
  const name = holder[HEADER];
  const socket = name === undefined ? null : request.headers.get(name);
  if (trustedProxies === 0) return socket;
  const told = (request.headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return told.at(-trustedProxies) || socket;
}

/**
 * Whether a proxy seems to have handed a request on, so that it may come from anywhere although its connection comes
 * from this machine. Who calls a program's own HTTP client can hide that; a browser behind a proxy cannot.
 */
export const isThroughProxy = (headers: Headers): boolean => {
  const name = holder[HEADER];
  return name !== undefined && headers.has(handedOn(name));
};

const handedOn = (name: string): string => `${name}-handed-on`;

/** nginx speaks HTTP/1.0 to what is behind it unless it is told otherwise; browsers have not for decades. */
const isHandedOn = ({ headers, httpVersionMinor }: IncomingMessage): boolean =>
  httpVersionMinor === 0 || PROXY_HEADERS.some((header) => headers[header] !== undefined);
