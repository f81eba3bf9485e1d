import { once } from "node:events";
import { isIP } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** All addresses of a host name. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export type Guard = {
  /** `host` or `host:port` as URLs spell them: what may be reached although it is private. */
  readonly allow: readonly string[];
  /** Whether everything may be reached, private or not. */
  readonly isOpen?: boolean;
  readonly resolve: Resolver;
};

/** Names that mean this machine or its network, whatever a resolver says (RFC 6761, 6762, 8375). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|home\.arpa)$/u;

/**
 * Reads an address once, as browsers do; all that follows works with what was read. Throws a sentence for any that is
 * none.
 */
export function parseAddress(address: string, base?: URL): URL {
  const url = URL.parse(address, base);
  if (url === null) throw new Error("The address is not a valid URL.");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new Error(`The address begins with ${url.protocol}, and only http: and https: may be requested.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new Error(`The address of ${url.host} may hold no user name or password.`);
  }
  return url;
}

/**
 * The IP addresses to connect to for `url`, each of them checked. The resolver is asked at most once.
 *
 * Throws the same sentence for a host that does not exist and for one that is private, so that nobody learns which
 * names the network here knows; throws the reason of `signal` when it aborts first.
 */
export async function checkedAddresses(url: URL, guard: Guard, signal: AbortSignal): Promise<readonly string[]> {
  const { allow, isOpen = false, resolve } = guard;
  signal.throwIfAborted();
  const { hostname } = url;
  const host = hostname.replace(/^\[(.*)\]$/u, "$1");
  const isAllowed = isOpen || allow.includes(hostname) || allow.includes(`${hostname}:${portOf(url)}`);
  if (!isAllowed && (LOCAL_NAME.test(host) || host.endsWith("."))) throw notPublic(hostname);
  const addresses = isIP(host) ? [host] : await found(host, resolve, signal);
  const isSafe = addresses.length > 0 && (isAllowed || addresses.every(isPublicAddress));
  if (!isSafe) throw notPublic(hostname);
  return addresses;
}

const portOf = (url: URL) => url.port || (url.protocol === "https:" ? "443" : "80");

const notPublic = (host: string, cause?: unknown) =>
  new Error(`The host ${host} was not found on the public internet.`, { cause });

async function found(host: string, resolve: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  try {
    // A look-up cannot be stopped: after an abort its answer comes to nobody.
    return await Promise.race([resolve(host), rejection(signal)]);
  } catch (thrown) {
    signal.throwIfAborted();
    throw notPublic(host, thrown);
  }
}

const rejection = (signal: AbortSignal): Promise<never> =>
  once(signal, "abort").then(() => Promise.reject(signal.reason));
