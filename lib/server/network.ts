import { isIP } from "node:net";

const LONGEST_NAME = 64;

/**
 * The network that an address is counted by: an IPv4 address by itself, an IPv6 address by its first 64 bits, which is
 * what one household or one server is given. An IPv4 address in IPv6 form is the IPv4 address. What is no address stays
 * as it is, cut to 64 characters.
 */
export function networkOf(address: string): string {
  const bare = withoutPort(address.trim().toLowerCase()).split("%")[0] ?? "";
  if (isIP(bare) !== 6) return bare.slice(0, LONGEST_NAME);
  const groups = groupsOf(bare);
  const [g0, g1, g2, g3, g4, g5, g6 = 0, g7 = 0] = groups;
  const isMapped = [g0, g1, g2, g3, g4].every((group) => group === 0) && g5 === 0xffff;
  if (isMapped) return [g6 >> 8, g6 & 255, g7 >> 8, g7 & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** Some proxies add the port: "203.0.113.5:4711", "[2001:db8::1]:4711". */
function withoutPort(text: string): string {
  const inBrackets = /^\[([^\]]*)\](?::\d+)?$/u.exec(text)?.[1];
  if (inBrackets !== undefined) return inBrackets;
  return /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/u.exec(text)?.[1] ?? text;
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2). */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const read = (text: string): number[] =>
    text === ""
      ? []
      : text.split(":").flatMap((group) => (group.includes(".") ? ofIPv4(group) : [parseInt(group, 16)]));
  const [before, after] = [read(head), tail === undefined ? [] : read(tail)];
  return [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}

function ofIPv4(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}
