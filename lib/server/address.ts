import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { mendHeaders } from "./request-headers.ts";

// Next hands on no socket. A header that no caller can guess carries its address through; Next bundles each route by
// itself, so the header's name hangs on the global object.
const HEADER = Symbol.for("parley.address-header");
const holder = globalThis as { [HEADER]?: string }; // the key is ours alone

/**
 * Notes the address at the other end of each connection of this process's HTTP servers, and mends the headers that Next
 * would fail at. Once is enough.
 */
export function noteAddresses(): void {
  if (holder[HEADER] !== undefined) return;
  const name = `x-parley-address-${randomUUID()}`;
  holder[HEADER] = name;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: IncomingMessage }; // documented by Node, "Built-in channels"
    request.headers[name] = request.socket.remoteAddress;
    mendHeaders(request.url ?? "/", request.headers);
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
