import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

// Next hands on no socket. A header that no caller can guess carries its address through; Next bundles each route by
// itself, so the header's name hangs on the global object.
const HEADER = Symbol.for("parley.address-header");
const holder = globalThis as { [HEADER]?: string }; // the key is ours alone

const API_PATH = /^\/(?:api|v1|sessions)(?:[/?]|$)/u;
// What Next says to itself about pages. A caller who sends it with a call of the API is to get the API's answer.
const NEXT_HEADERS = [
  "rsc",
  "next-router-prefetch",
  "next-router-segment-prefetch",
  "next-router-state-tree",
  "next-url",
  "x-invoke-path",
  "x-invoke-status",
  "x-matched-path",
  "x-middleware-prefetch",
  "x-middleware-subrequest",
  "x-nextjs-data",
  "x-now-route-matches",
];

/**
 * Notes the address at the other end of each connection of this process's HTTP servers, and takes Next's own headers from
 * calls of the API. Once is enough.
 */
export function noteAddresses(): void {
  if (holder[HEADER] !== undefined) return;
  const name = `x-parley-address-${randomUUID()}`;
  holder[HEADER] = name;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: IncomingMessage }; // documented by Node, "Built-in channels"
    request.headers[name] = request.socket.remoteAddress;
    if (!API_PATH.test(request.url ?? "")) return;
    for (const header of NEXT_HEADERS) delete request.headers[header];
  });
}

/**
 * Where a request comes from: the other end of its connection, or what the last of `trustedProxies` proxies in front says
 * of it in X-Forwarded-For. Null where nobody knows.
 */
export function addressOf(request: Request, trustedProxies: number): string | null {
  const name = holder[HEADER];
  const socket = name === undefined ? null : request.headers.get(name);
  if (trustedProxies === 0) return socket;
  const told = (request.headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return told.at(-trustedProxies) || socket;
}
