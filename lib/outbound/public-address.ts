import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All that is given out for the public internet (IANA, Internet Protocol Version 6 Address Space). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Azure's host agent: public by its number, yet answered by the platform under this machine. */
const AZURE_PLATFORM = "168.63.129.16";

/**
 * Whether an IP address is that of one host of the public internet; no to all that carries an IPv4 address within IPv6.
 */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js also reads 0177.1 and the like, which mean different hosts to different readers.
  if (!isIP(address) || address === AZURE_PLATFORM) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}

/** Whether two texts are one IP address, however it is spelled and whatever its zone. */
export function sameAddress(one: string, other: string | undefined): boolean {
  if (other === undefined || !isIP(one) || !isIP(other)) return false;
  return String(ipaddr.parse(one).toByteArray()) === String(ipaddr.parse(other).toByteArray());
}
