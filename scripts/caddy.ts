import { existsSync } from "node:fs";
import { findOrInstall, installPackage } from "./install.ts";

const CANDIDATES = ["/usr/bin/caddy", "/usr/local/bin/caddy", "/opt/homebrew/bin/caddy"];

const find = (): string | null =>
  [process.env.CADDY_PATH, ...CANDIDATES].find((path) => path && existsSync(path)) ?? null;

/**
 * The path of a Caddy: CADDY_PATH, or one of the system; installed when there is none.
 *
 * Throws a sentence that says what to do when it cannot be installed.
 */
export const findCaddy = (): string => findOrInstall("Caddy", "CADDY_PATH", find, () => installPackage("caddy"));
