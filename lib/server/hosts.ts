import { networkInterfaces } from "node:os";
import { ChatError } from "../domain/errors.ts";
import { isThroughProxy } from "./address.ts";
import { type Door, isLoopback, type Settings } from "./settings.ts";

type HostSettings = Pick<Settings, "host" | "publicUrl" | "allowedHosts" | "trustedProxies">;

/** Addresses of the machine are looked up again after so long: a laptop changes its network. */
const REMEMBER_MS = 10_000;

/**
 * The host that a request was sent to, as its caller spells it: its Host header, or what the last of the trusted
 * proxies says of it in X-Forwarded-Host. Null where nobody says it, as programs that speak HTTP/1.0 may.
 */
export function hostOf(headers: Headers, { trustedProxies }: Pick<Settings, "trustedProxies">): string | null {
  const told = trustedProxies > 0 ? headers.get("x-forwarded-host")?.split(",") : undefined;
  return (told?.at(-trustedProxies) ?? told?.[0])?.trim() || headers.get("host");
}

/**
 * Whether a host is one of ours: a loopback name, an address of this machine where the server listens on it, the host
 * of the public address, or one of ALLOWED_HOSTS. Ports count only where ALLOWED_HOSTS names them: a proxy or a
 * container may listen on another, and no page of somebody else's gets a name of ours by a port.
 */
function isKnownHost(host: string, settings: HostSettings): boolean {
  const name = nameOf(host);
  if (name === null) return false;
  if (isLoopback(bare(name)) || bare(name) === settings.host.toLowerCase()) return true;
  if (settings.publicUrl !== undefined && new URL(settings.publicUrl).hostname === name) return true;
  if (settings.allowedHosts.some((allowed) => allowed === name || allowed === portOf(host, name))) return true;
  // An address, unlike a name, cannot be made to lead to us by whoever owns it.
  return isEverywhere(settings.host) && ownAddresses().has(bare(name));
}

/** Whether a request was sent to a host of ours; else a page of another site may have been led here (DNS rebinding). */
export function answersTo(headers: Headers, settings: HostSettings): boolean {
  const host = hostOf(headers, settings);
  return host === null || isKnownHost(host, settings);
}

/** Throws "wrong-host" for a request that was sent to no host of ours. */
export function checkHost(headers: Headers, settings: HostSettings): void {
  if (!answersTo(headers, settings)) throw new ChatError("wrong-host", WRONG_HOST);
}

/** What a request to an unknown host is told. */
export const WRONG_HOST =
  "This server does not answer to this host name. Whoever runs it allows the name in ALLOWED_HOSTS, or sets NEXTAUTH_URL to the address that people use.";

/**
 * Whether an Origin header names the page's own server: the public address, also behind a proxy that gives its own name
 * of us as the host; else the host of the request, where that is not the public address.
 */
export function isOwnOrigin(origin: string, headers: Headers, settings: HostSettings): boolean {
  const host = hostOf(headers, settings);
  const from = URL.parse(origin);
  if (host === null || from === null || !isKnownHost(host, settings)) return false;
  const address = settings.publicUrl === undefined ? null : new URL(settings.publicUrl);
  if (from.origin === address?.origin) return true;
  if (address !== null && address.hostname === nameOf(host) && !isLoopback(bare(address.hostname))) {
    return false;
  }
  return from.host === URL.parse(`${from.protocol}//${host}`)?.host;
}

/** Whether a stranger comes in by a door: one that nobody has opened or shut is closed to what a proxy hands on. */
export const isOpen = (door: Door, settings: Pick<Settings, Door | "unset">, headers: Headers): boolean =>
  settings[door] && !(settings.unset[door] && isThroughProxy(headers));

/** Whether a server that listens on `host` is reached under every address of its machine. */
const isEverywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** The name in a Host header, as URLs spell it; null where the header is none. */
function nameOf(host: string): string | null {
  if (!/^(?:\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::\d{1,5})?$/iu.test(host)) return null;
  return URL.parse(`http://${host}`)?.hostname ?? null;
}

const portOf = (host: string, name: string): string => `${name}:${/:(\d+)$/u.exec(host)?.[1] ?? ""}`;

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/gu, "");

let known: { readonly addresses: ReadonlySet<string>; readonly until: number } | null = null;

/** The addresses of this machine. */
function ownAddresses(): ReadonlySet<string> {
  if (known === null || known.until < Date.now()) {
    const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    const addresses = all.map(({ address }) => bare(URL.parse(`http://${spelt(address)}`)?.hostname ?? address));
    known = { addresses: new Set(addresses), until: Date.now() + REMEMBER_MS };
  }
  return known.addresses;
}

const spelt = (address: string): string => (address.includes(":") ? `[${address.split("%")[0]}]` : address);
