import { type Finding, fail, ok, warn } from "./finding.ts";

type Product = {
  /** The oldest version of each line that is known to be safe, by the number of the line. */
  readonly lines: Readonly<Record<number, string>>;
  /** Whether its known holes are open to whoever reaches the server. */
  readonly isReachable: boolean;
};

/** The oldest versions whose security fixes are all known to be in, as of June 2026. Lines before these get none. */
const FLOORS: Readonly<Record<"Node.js" | "Next.js" | "PostgreSQL" | "PGlite", Product>> = {
  // Node's security releases of 18 June 2026; line 20 ended in April 2026.
  "Node.js": { lines: { 22: "22.23.0", 24: "24.17.0", 26: "26.3.1" }, isReachable: true },
  // Vercel's security release of May 2026.
  "Next.js": { lines: { 15: "15.5.18", 16: "16.2.6" }, isReachable: true },
  // PostgreSQL's minor releases of 14 May 2026.
  PostgreSQL: { lines: { 14: "14.23", 15: "15.18", 16: "16.14", 17: "17.10", 18: "18.4" }, isReachable: false },
  // Its makers publish no security faults: the version that this release is tested with.
  PGlite: { lines: { 0: "0.5.16" }, isReachable: false },
};

/**
 * Whether a version has all security fixes that are known here. A line that is newer than the table is taken as safe.
 */
export function judgeVersion(product: keyof typeof FLOORS, version: string): Finding {
  const check = `version of ${product}`;
  const { lines, isReachable } = FLOORS[product];
  const numbers = numbersOf(version);
  const line = numbers[0] ?? 0;
  const floor = lines[line];
  const known = Object.keys(lines).map(Number);
  if (floor === undefined && line > Math.max(...known)) return ok(check, `${version}, newer than what is known here`);
  if (floor !== undefined && isAtLeast(numbers, numbersOf(floor))) return ok(check, version);
  const newest = lines[Math.max(...known)];
  const found =
    floor === undefined ? `${version}, of a line that gets no fixes` : `${version}, with known security faults`;
  const fix = `Install ${floor ?? newest} or later.`;
  return isReachable ? fail(check, found, fix) : warn(check, found, fix);
}

/** "v24.17.0" and "18.4 (Debian 18.4-1)" as numbers. */
const numbersOf = (version: string): number[] => (/\d+(?:\.\d+)*/u.exec(version)?.[0] ?? "0").split(".").map(Number);

function isAtLeast(version: readonly number[], floor: readonly number[]): boolean {
  const at = floor.findIndex((number, n) => (version[n] ?? 0) !== number);
  return at < 0 || (version[at] ?? 0) > (floor[at] ?? 0);
}
