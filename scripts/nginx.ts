import { existsSync } from "node:fs";
import { findOrInstall, installPackage } from "./install.ts";

const CANDIDATES = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];

const find = (): string | null =>
  [process.env.NGINX_PATH, ...CANDIDATES].find((path) => path && existsSync(path)) ?? null;

/**
 * The path of an nginx: NGINX_PATH, or one of the system; installed when there is none.
 *
 * Throws a sentence that says what to do when it cannot be installed.
 */
export const findNginx = (): string => findOrInstall("nginx", "NGINX_PATH", find, () => installPackage("nginx"));
